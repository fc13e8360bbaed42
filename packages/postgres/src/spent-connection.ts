import { DatabaseError } from 'pg';

/** SQLSTATEs (PostgreSQL manual, appendix A) after which a session stays useless, and another one may work. */
const spentStates = [
  // Class 08: the connection failed. 57P01 to 57P05: the server is shutting down, or ended the session.
  /^08/,
  /^57P/,
  // The server became read-only: after a failover, the address leads new connections to the new primary.
  /^25006$/,
  // A named statement is missing: the session behind a proxy or pooler is not the one that prepared it.
  /^26000$/,
];

/** A prepared statement whose tables were changed by a migration fails in this session until it ends (SQLSTATE 0A000). */
const outdatedPlan = /cached plan must not change result type/;

/**
 * Whether a connection can't be used again after this error of one of its statements. Errors without an SQLSTATE come from
 * the socket or the driver: the connection was lost, or the server did not answer before the deadline.
 */
export function isConnectionSpent(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return true;
  const { code = '' } = error;
  return spentStates.some((state) => state.test(code)) || outdatedPlan.test(error.message);
}
