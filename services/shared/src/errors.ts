import type { FieldError } from './contracts/problem.ts';
import type { Task } from './contracts/task.ts';

export type AppErrorOptions = {
  status?: number;
  retryable?: boolean;
  cause?: unknown;
  errors?: FieldError[];
  current?: Task;
  headers?: Record<string, string>;
};

/**
 * The one family of errors that Rondo raises on purpose. `code` is stable and documented, `status` is what an
 * HTTP client gets, and `retryable` says whether the same call may succeed later without a change.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: string;
  readonly status: number;
  readonly retryable: boolean;
  readonly errors: FieldError[] | undefined;
  readonly current: Task | undefined;
  readonly headers: Record<string, string>;

  constructor(code: string, message: string, options: AppErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.status = options.status ?? 500;
    this.retryable = options.retryable ?? false;
    this.errors = options.errors;
    this.current = options.current;
    this.headers = options.headers ?? {};
  }
}

/** 422: the request's content is wrong; names each field. */
export function invalidInput(errors: FieldError[]): AppError {
  const detail = errors.map(({ field, message }) => (field ? `${field} ${message}` : message)).join('; ');
  return new AppError('invalid-input', detail, { status: 422, errors });
}

/** 404: there is no such thing, or it is not yours; the two are not told apart. */
export function notFound(what: string): AppError {
  return new AppError('not-found', `There is no such ${what}.`, { status: 404 });
}

/** 503: something that this service needs is away for now. */
export function unavailable(what: string, cause?: unknown): AppError {
  return new AppError('unavailable', `${what} can't be reached right now. Try again.`, {
    status: 503,
    retryable: true,
    cause,
    headers: { 'retry-after': '1' },
  });
}
