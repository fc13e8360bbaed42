import { DaprError, errorInfo, resourceInfo, messageOf, type ErrorDetail } from '../dapr-error.ts';

/** An error of the store. The route makes a DaprError of it. */
export class StateFailure extends Error {
  override readonly name = 'StateFailure';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** @param cause why the ETag itself is invalid, if it is */
export function etagMismatch(cause?: string): StateFailure {
  const message = 'possible etag mismatch. error from state store';
  return new StateFailure(409, cause === undefined ? message : `${message}: ${cause}`);
}

/** @param field undefined if Dapr names none */
export function illegalKey(store: string, key: string, field: string | undefined): DaprError {
  const message = `api error: code = InvalidArgument desc = input key/keyPrefix '${key}' can't contain '||'`;
  const badRequest: ErrorDetail = {
    '@type': 'type.googleapis.com/google.rpc.BadRequest',
    field_violations: [{ ...(field === undefined ? {} : { field }), description: message }],
  };
  return new DaprError(400, 'ERR_MALFORMED_REQUEST', message, [
    badRequest,
    resourceInfo('state', store, ''),
    errorInfo('DAPR_STATE_ILLEGAL_KEY', null),
  ]);
}

export function stateError(errorCode: string, what: string, error: unknown): DaprError {
  const status = error instanceof StateFailure ? error.status : 500;
  return new DaprError(status, errorCode, `${what}: ${messageOf(error)}`);
}

/** Combines the errors of items that were saved together, like Dapr. */
export function combineFailures(errors: unknown[], items: number): unknown {
  if (items === 1) return errors[0];
  const message = errors.map((error) => messageOf(error)).join('\n');
  const mismatches = errors.filter((error) => error instanceof StateFailure && error.status === 409);
  if (mismatches.length === errors.length) return etagMismatch(message);
  return mismatches[0] ?? new StateFailure(500, message);
}
