import { setTimeout as pause } from 'node:timers/promises';
import { connectionSettings } from '@rondo/postgres/open-pool';
import { Client } from 'pg';
import { EmulatorError } from '../emulator-error.ts';
import type { Log } from '../log.ts';

const lockName = 'dapr-emulator broker';
const retryAfterMs = 500;

/**
 * The advisory lock that keeps other brokers off a database, on a session of its own. PostgreSQL releases it when the session
 * ends, for instance at a restart of the server: then it is taken again.
 */
export class OwnerLock implements AsyncDisposable {
  readonly #url: string;
  readonly #log: Log;
  readonly #stopping = new AbortController();
  #client: Client;

  private constructor(url: string, log: Log, client: Client) {
    this.#url = url;
    this.#log = log;
    this.#client = client;
    this.#watch();
  }

  /** @throws EmulatorError `database-in-use`, and the errors of the connection */
  static async take(url: string, log: Log): Promise<OwnerLock> {
    const client = await tryToTake(url);
    if (!client) throw new EmulatorError('database-in-use', 'Another emulator uses this database.');
    return new OwnerLock(url, log, client);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#client.end();
  }

  #watch(): void {
    this.#client.once('end', () => void this.#takeAgain());
  }

  async #takeAgain(): Promise<void> {
    const { signal } = this.#stopping;
    let isReported = false;
    while (!signal.aborted) {
      // While PostgreSQL is down, other errors report it.
      const client = await tryToTake(this.#url).catch(() => 'down' as const);
      if (typeof client === 'object') {
        this.#client = client;
        if (signal.aborted) await client.end();
        else this.#watch();
        return;
      }
      if (client === undefined && !isReported) {
        isReported = true;
        this.#log.warn({ lock: lockName }, 'another emulator took this database after a lost session');
      }
      await pause(retryAfterMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Opens a session with the lock. @returns undefined if another session has it */
async function tryToTake(url: string): Promise<Client | undefined> {
  const client = new Client(connectionSettings(url, lockName));
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ owned: boolean }>(
      'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS owned',
      [lockName],
    );
    if (rows[0]?.owned) return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  await client.end();
  return undefined;
}
