/** One wrong request, and what is to be answered. */
export type ErrorCase = {
  call: string;
  body?: unknown;
  headers?: Record<string, string>;
  status: number;
  code: string;
  /** The whole of it, or its beginning where the rest is the words of Go's JSON parser. */
  message: string | { begins: string };
  /** Of each detail its reason, or the last part of its type. Absent: the answer has no details. */
  details?: string[];
};

export const begins = (text: string) => ({ begins: text });

/** Larger than Dapr takes. One byte more would not do: daprd cuts that one off. */
export const tooLarge = 'x'.repeat(4 * 1024 * 1024 + 100_000);
