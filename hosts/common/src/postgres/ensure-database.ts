import { Client, escapeIdentifier } from 'pg';

/** Creates a database if it is missing, and returns its URL. The start that created the cluster may have been interrupted. */
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
