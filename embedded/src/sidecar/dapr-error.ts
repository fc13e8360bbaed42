/** An error answer of Dapr's HTTP API: `{errorCode, message, details}` with a status. */
export class DaprError extends Error {
  override readonly name = 'DaprError';
  readonly status: number;
  readonly errorCode: string;

  constructor(status: number, errorCode: string, message: string) {
    super(message);
    this.status = status;
    this.errorCode = errorCode;
  }
}
