/** The bytes of a file, in pieces. */
export type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
