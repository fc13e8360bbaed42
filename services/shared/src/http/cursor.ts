import { invalidInput } from '../errors.ts';

/** Encodes a position in a sorted list as an opaque text: the sort, and the values of the last row. */
export function encodeCursor(sort: string, values: (string | number)[]): string {
  return Buffer.from(JSON.stringify([sort, ...values])).toString('base64url');
}

/** @throws AppError 422 if the cursor is damaged or belongs to another sort */
export function decodeCursor(cursor: string, sort: string, length: number): (string | number)[] {
  try {
    const [of, ...values] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    const isWhole =
      values.length === length &&
      values.every((value) => typeof value === 'string' || typeof value === 'number');
    if (of === sort && isWhole) return values;
  } catch {
    // Handled below, like a cursor of another sort.
  }
  throw invalidInput([{ field: 'cursor', message: 'is not one that this list gave' }]);
}
