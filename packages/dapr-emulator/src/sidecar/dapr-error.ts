/** A google.rpc message with details of an error. */
export type ErrorDetail = { '@type': string } & Record<string, unknown>;

/** An error of Dapr's HTTP API: a status, and the body `{errorCode, message, details}`. Most errors have no details. */
export class DaprError extends Error {
  override readonly name = 'DaprError';
  readonly status: number;
  readonly errorCode: string;
  readonly details: ErrorDetail[] | undefined;

  constructor(status: number, errorCode: string, message: string, details?: ErrorDetail[]) {
    super(message);
    this.status = status;
    this.errorCode = errorCode;
    this.details = details;
  }
}

export function errorInfo(reason: string, metadata: Record<string, string> | null): ErrorDetail {
  return { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', domain: 'dapr.io', metadata, reason };
}

export function resourceInfo(type: string, name: string, description: string): ErrorDetail {
  return {
    '@type': 'type.googleapis.com/google.rpc.ResourceInfo',
    description,
    owner: '',
    resource_name: name,
    resource_type: type,
  };
}

/** The answer to an unknown path. Dapr treats it as the invocation of another app. */
export function unknownPath(): DaprError {
  return new DaprError(
    404,
    'ERR_DIRECT_INVOKE',
    'failed getting app id either from the URL path or the header dapr-app-id',
  );
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
