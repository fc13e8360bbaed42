/** Why the emulator can't start: another emulator uses the database, or the port of a sidecar is in use. */
export class EmulatorError extends Error {
  override readonly name = 'EmulatorError';
  readonly code: 'database-in-use' | 'port-in-use';

  constructor(code: EmulatorError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
