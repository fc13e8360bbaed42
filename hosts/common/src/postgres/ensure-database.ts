import { Client, escapeIdentifier } from 'pg';

/** The URL of a database of the server, which is made where it is missing: the start that made the cluster may have been cut off. */
export async function ensureDatabase(server: string, name: string): Promise<string> {
  const client = new Client({ connectionString: `${server}/postgres` });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
  return `${server}/${name}`;
}
