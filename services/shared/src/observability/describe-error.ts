import { cut } from './cut.ts';

export type DescribedError = {
  type: string;
  message: string;
  code?: unknown;
  constraint?: string;
  stack?: string;
  cause?: DescribedError;
};

const maxCauses = 3;

/**
 * Describes an error for the log: its class, code, message, stack and causes. Other properties are left out, because the
 * rows and parameters in them (`detail` and `where` of PostgreSQL) are what people wrote.
 */
export function describeError(error: unknown, causes = maxCauses): DescribedError {
  if (!(error instanceof Error)) return { type: typeof error, message: cut(String(error)) };
  const message = messageOf(error);
  return {
    type: error.constructor.name,
    message: cut(message),
    ...('code' in error ? { code: error.code } : {}),
    ...('constraint' in error && typeof error.constraint === 'string'
      ? { constraint: error.constraint }
      : {}),
    stack: cut(framesOf(error)),
    ...(error.cause !== undefined && causes > 0 ? { cause: describeError(error.cause, causes - 1) } : {}),
  };
}

/** The calls of a stack. Its first lines repeat the message, which may look like a call. */
function framesOf({ stack = '', message }: Error): string {
  const [, ...afterMessage] = stack.split(message);
  return /^ +at [^]*/m.exec(message === '' ? stack : afterMessage.join(message))?.[0] ?? '';
}

/** The messages of SQLSTATE class 22 quote the value that PostgreSQL could not use. */
function messageOf(error: Error): string {
  const quotesInput = 'severity' in error && 'code' in error && /^22...$/.test(String(error.code));
  return quotesInput ? error.message.replaceAll(/"[^]*"/g, '"…"') : error.message;
}
