/** A UUID of the given version (RFC 9562 section 5) made of the first 16 of the given bytes: equal bytes, equal ids. */
export function uuidOfBytes(bytes: Uint8Array, version: 5 | 8): string {
  const id = Buffer.from(bytes.subarray(0, 16));
  id[6] = ((id[6] ?? 0) & 0x0f) | (version << 4);
  id[8] = ((id[8] ?? 0) & 0x3f) | 0x80;
  return id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
