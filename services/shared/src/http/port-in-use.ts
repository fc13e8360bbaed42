import { AppError } from '../errors.ts';

/** What to throw when listening failed: AppError `port-in-use` that says what to do where something has the port. */
export function portInUse(error: unknown, port: number, remedy: string): unknown {
  const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  if (!isTaken) return error;
  return new AppError('port-in-use', `Port ${port} is in use: stop what listens there, or ${remedy}.`, {
    cause: error,
  });
}
