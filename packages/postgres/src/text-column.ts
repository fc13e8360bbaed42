/** Texts as one binary parameter of a statement. */
export type TextColumn = {
  bytes: Buffer;
  /** The position of each text in `bytes`, counted from 1 as in SQL. */
  starts: number[];
  /** The length of each text in bytes. */
  lengths: number[];
};

/**
 * Packs long texts into one parameter. The statement unpacks them with `convert_from(substring(bytes FROM start FOR
 * length), 'UTF8')`. In an array of texts the driver escapes each quote and the server parses it again; for events in JSON
 * that took half of the time of an insert.
 */
export function textColumn(texts: readonly string[]): TextColumn {
  const starts: number[] = [];
  const lengths: number[] = [];
  let end = 0;
  for (const text of texts) {
    const length = Buffer.byteLength(text);
    starts.push(end + 1);
    lengths.push(length);
    end += length;
  }
  return { bytes: Buffer.from(texts.join('')), starts, lengths };
}
