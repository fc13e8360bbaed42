import { AppError } from '../errors.ts';

/** Makes the error to throw after listening failed: AppError `port-in-use` with a remedy if the port is taken. */
export function portInUse(error: unknown, port: number, remedy: string): unknown {
  const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  if (!isTaken) return error;
  return new AppError('port-in-use', `Port ${port} is in use: stop what listens there, or ${remedy}.`, {
    cause: error,
  });
}
