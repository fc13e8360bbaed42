import { Type, type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Uuid } from '../contracts/scalars.ts';
import { invalidInput } from '../errors.ts';

/** An instant in a cursor: RFC 3339 in UTC, as PostgreSQL's `timestamptz` is read, with up to microseconds. */
export const CursorInstant = Type.String({
  format: 'date-time',
  maxLength: 30,
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9](\\.[0-9]{1,6})?Z$',
});

/** The fields of a cursor whose list is sorted by a time and then by id. */
export const byTime = { at: CursorInstant, id: Uuid };

type Fields = Record<string, TSchema>;
type Row<Of extends Fields> = { [name in keyof Of]: Static<Of[name]> };

/** The cursor of one list in one order: an opaque text that says after which row the next page starts. */
export type CursorOf<Of extends Fields> = {
  encode(row: Row<Of>): string;
  /** @throws AppError 422 if the cursor is damaged or belongs to another list or order */
  decode(cursor: string): Row<Of>;
};

/**
 * Defines the cursor of a list.
 * @param sort names the list and its order; a cursor of another one is refused
 * @param fields the schemas of the fields of a row by which the list is sorted
 */
export function defineCursor<Of extends Fields>(sort: string, fields: Of): CursorOf<Of> {
  const names = Object.keys(fields);
  const row = Compile(Type.Object(fields));
  return {
    encode: (given) =>
      Buffer.from(JSON.stringify([sort, ...names.map((name) => given[name])])).toString('base64url'),
    decode(cursor) {
      const [of, ...given] = readArray(cursor);
      const decoded: unknown = Object.fromEntries(names.map((name, index) => [name, given[index]]));
      if (of !== sort || given.length !== names.length || !row.Check(decoded))
        throw invalidInput([{ field: 'cursor', message: 'is not one that this list gave' }]);
      return decoded as Row<Of>;
    },
  };
}

function readArray(cursor: string): unknown[] {
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(read) ? read : [];
  } catch {
    return [];
  }
}
