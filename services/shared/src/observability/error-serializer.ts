import { stdSerializers } from 'pino';

/** A refusal by PostgreSQL, as `pg` throws it. */
type DatabaseError = Error & {
  code: string;
  severity: string;
  schema?: string;
  table?: string;
  column?: string;
  constraint?: string;
  routine?: string;
};

/** SQLSTATE classes about the state of the server: their messages quote no values. The others may quote what a person wrote. */
const aboutTheServer = /^(08|25|40|53|55|57|58|XX)/;

/** Writes an error for the log, with its causes. Of an error of PostgreSQL it leaves out everything that may quote a value. */
export function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (isDatabaseError(error)) return withoutValues(error);
  if (!(error.cause instanceof Error)) return stdSerializers.err(error);
  const { cause: _cause, ...own } = stdSerializers.errWithCause(error);
  return { ...own, cause: serializeError(error.cause) };
}

function isDatabaseError(error: Error): error is DatabaseError {
  return 'severity' in error && 'code' in error && typeof error.code === 'string';
}

function withoutValues({ message, stack, code, schema, table, column, constraint, routine }: DatabaseError) {
  return {
    type: 'DatabaseError',
    code,
    message: aboutTheServer.test(code) ? message : `PostgreSQL refused the statement with SQLSTATE ${code}`,
    stack: stack
      ?.split('\n')
      .filter((line) => line.startsWith('    at '))
      .join('\n'),
    schema,
    table,
    column,
    constraint,
    routine,
  };
}
