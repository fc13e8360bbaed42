/** An object of a JSON document. */
export type JsonRecord = Record<string, unknown>;

/** The value as an object; undefined if it is something else. */
export function recordOf(value: unknown): JsonRecord | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonRecord)
    : undefined;
}

/** The objects of an array; none if the value is something else. */
export function recordsOf(value: unknown): JsonRecord[] {
  return Array.isArray(value) ? value.map((one) => recordOf(one)).filter((one) => one !== undefined) : [];
}

/** The texts of an array; none if the value is something else. */
export function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

/** A text that is not blank. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** A number that is not 0. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value !== 0 ? value : undefined;
}

/** An id, which is a number or a text; undefined for 0 and the empty text, which stand for "none". */
export function idOf(value: unknown): string | undefined {
  const id = textOf(value) ?? numberOf(value);
  return id === undefined ? undefined : String(id);
}
