import { Client } from 'pg';
import { connectionSettings } from '@rondo/postgres/open-pool';
import { StartError } from './start-error.ts';

/** Proves that a PostgreSQL of the person's own answers. @throws StartError that says why it does not */
export async function checkGivenDatabase(url: string): Promise<void> {
  const client = new Client(connectionSettings(url, 'rondo host'));
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(
      `DATABASE_URL does not work (${reason}): mend it, or leave it out to use the embedded PostgreSQL.`,
      { cause: error },
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}
