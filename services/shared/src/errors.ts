import { errorCodes, type ErrorCode } from './contracts/error-codes.ts';
import type { FieldError, Quota } from './contracts/problem.ts';

export type AppErrorOptions = {
  /** The default is the status of the code. */
  status?: number;
  /** The default is what the code says. */
  retryable?: boolean;
  cause?: unknown;
  errors?: FieldError[];
  /** What a conflict is about, as it is now. */
  current?: unknown;
  headers?: Record<string, string>;
  /** The quota that is used up. */
  quota?: Quota;
};

/**
 * The one family of errors that Rondo raises on purpose. `code` is stable and documented, `status` is what an HTTP client
 * gets, and `retryable` says whether the same call may succeed later without a change.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly status: number;
  readonly retryable: boolean;
  readonly errors: FieldError[] | undefined;
  readonly current: unknown;
  readonly headers: Record<string, string>;
  readonly quota: Quota | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    const { status, retryable } = errorCodes[code];
    this.code = code;
    this.status = options.status ?? status;
    this.retryable = options.retryable ?? retryable;
    this.errors = options.errors;
    this.current = options.current;
    this.headers = options.headers ?? {};
    this.quota = options.quota;
  }
}

const maxFieldErrors = 20;
const maxFieldErrorLength = 199;

/** 422: the request's content is invalid; names each field, at most 20 of them, each in less than 200 characters. A field without a name is the body. */
export function invalidInput(given: FieldError[]): AppError {
  const errors = given
    .slice(0, maxFieldErrors)
    .map(({ field, message }) => ({ field: shortened(field), message: shortened(message) }));
  const detail = errors.map(({ field, message }) => `${field || 'the body'} ${message}`).join('; ');
  return new AppError('invalid-input', detail, { errors });
}

function shortened(text: string): string {
  return text.length <= maxFieldErrorLength
    ? text
    : `${text.slice(0, maxFieldErrorLength - 1).toWellFormed()}…`;
}

/** 404: it doesn't exist, or it is someone else's; the answer is the same. */
export function notFound(what: string): AppError {
  return new AppError('not-found', `There is no such ${what}.`);
}

/** 503: something that this service needs is down. */
export function unavailable(what: string, cause?: unknown): AppError {
  return new AppError('unavailable', `${what} can't be reached right now. Try again.`, {
    cause,
    headers: { 'retry-after': '1' },
  });
}
