import { AuthenticationError, type ConnectionOptions } from '@platformatic/kafka';
import { AppError } from '@rondo/shared/errors';

export type SignIn = {
  username: string;
  password: string;
  mechanism: 'PLAIN' | 'SCRAM-SHA-256';
  /** Whether the connection is encrypted. SCRAM doesn't send the password, PLAIN does. */
  tls: boolean;
};

/** The brokers, `host:port` with commas, and the user to sign in as. */
export type KafkaAddress = { brokers: string; signIn: SignIn };

/** How a client of `@platformatic/kafka` connects to an address. */
export function connectionOptionsOf({
  signIn: { tls, ...sasl },
}: KafkaAddress): Pick<ConnectionOptions, 'sasl' | 'tls'> {
  return { sasl, ...(tls ? { tls: {} } : {}) };
}

const retryAfterMs = 250;

/**
 * Repeats a request until it succeeds or the time is over.
 * @throws AppError `broker-unavailable`, `broker-access-refused` if the broker doesn't accept the user
 */
export async function retryUntil<Result>(
  ask: () => Promise<Result>,
  { brokers, signIn }: KafkaAddress,
  timeoutMs: number,
): Promise<Result> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await ask();
    } catch (cause) {
      if (performance.now() > deadline) {
        const seconds = timeoutMs / 1000;
        if (isRefusedUser(cause))
          throw new AppError(
            'broker-access-refused',
            `Kafka at ${brokers} did not accept the user ${signIn.username} within ${seconds} s.`,
            { cause },
          );
        throw new AppError('broker-unavailable', `No Kafka answered at ${brokers} within ${seconds} s.`, {
          cause,
        });
      }
      await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
    }
  }
}

/** An error with those that it contains and those that caused it, the first cause last. */
export function errorsIn(error: unknown): Error[] {
  if (!(error instanceof Error)) return [];
  const contained: unknown[] = error instanceof AggregateError ? error.errors : [];
  return [error, ...[...contained, error.cause].flatMap((inner) => errorsIn(inner))];
}

const isRefusedUser = (error: unknown): boolean =>
  errorsIn(error).some((inner) => inner instanceof AuthenticationError);
