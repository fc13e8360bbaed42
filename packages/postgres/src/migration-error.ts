export type MigrationErrorCode =
  | 'migration-unreadable'
  | 'migration-misnamed'
  | 'migration-missing'
  | 'migration-edited'
  | 'migration-failed'
  | 'migration-pending';

/** Why a schema can't be migrated. The message is one line and says which file. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
  readonly code: MigrationErrorCode;

  constructor(code: MigrationErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
