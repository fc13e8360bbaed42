import { invalidInput } from '../errors.ts';

/** A place in a sorted list, as an opaque text: the sort it belongs to and the last row's values. */
export function encodeCursor(sort: string, values: (string | number)[]): string {
  return Buffer.from(JSON.stringify([sort, ...values])).toString('base64url');
}

/** @throws AppError 422 for a cursor that is damaged or belongs to another sort */
export function decodeCursor(cursor: string, sort: string, length: number): (string | number)[] {
  try {
    const [of, ...values] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    const isWhole =
      values.length === length &&
      values.every((value) => typeof value === 'string' || typeof value === 'number');
    if (of === sort && isWhole) return values;
  } catch {
    // Falls through to the same answer.
  }
  throw invalidInput([{ field: 'cursor', message: 'is not one that this list gave' }]);
}
