/** An invalid request and the expected answer. */
export type ErrorCase = {
  call: string;
  body?: unknown;
  headers?: Record<string, string>;
  status: number;
  code: string;
  /** The whole message, or its beginning if the rest comes from Go's JSON parser. */
  message: string | { begins: string };
  /** For each detail its reason, or the last part of its type. Absent if the answer has no details. */
  details?: string[];
};

export const begins = (text: string) => ({ begins: text });

/** A body larger than Dapr accepts. It is much larger, because daprd truncates a body that is one byte too large. */
export const tooLarge = 'x'.repeat(4 * 1024 * 1024 + 100_000);
