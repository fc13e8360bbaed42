import { Client } from 'pg';
import { pooledAddressProblem } from '@rondo/postgres/direct-address';
import { connectionSettings } from '@rondo/postgres/open-pool';
import { StartError } from './start-error.ts';

/** The oldest major version of PostgreSQL that is supported. */
const oldestMajorVersion = 16;

/** Checks that the user's own PostgreSQL responds and is new enough. @throws StartError that says what is wrong */
export async function checkGivenDatabase(url: string): Promise<void> {
  const problem = await pooledAddressProblem(url);
  if (problem !== undefined) throw new StartError(`DATABASE_URL can't be used: ${problem}`);
  const client = new Client(connectionSettings(url, 'rondo host'));
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string }>(
      "SELECT current_setting('server_version') AS version",
    );
    checkVersion(rows[0]?.version ?? '');
  } catch (error) {
    if (error instanceof StartError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(
      `DATABASE_URL does not work (${reason}): correct it, or unset it to use the embedded PostgreSQL.`,
      { cause: error },
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** @param version PostgreSQL's `server_version`, such as `15.18 (Debian 15.18-0+deb12u1)` */
export function checkVersion(version: string): void {
  if (Number.parseInt(version, 10) >= oldestMajorVersion) return;
  throw new StartError(
    `DATABASE_URL is PostgreSQL ${version.split(' ')[0]}, but Rondo needs ${oldestMajorVersion} or newer: upgrade it, or unset DATABASE_URL to use the embedded PostgreSQL.`,
  );
}
