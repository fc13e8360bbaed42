import { escapeIdentifier, escapeLiteral, Client } from 'pg';
import { connectionSettings } from '@rondo/postgres/open-pool';

/** A user of PostgreSQL that reads and writes the rows of one schema, and nothing else. */
export type DatabaseRole = {
  name: string;
  password: string;
  schema: string;
  /** The tables to which it can only add rows. */
  appendOnlyTables?: string[];
  /** Whether it creates the tables of its schema itself. */
  createsTables?: boolean;
};

/** The tables that record migrations, which only the owner writes. */
const migrationTables = ['migrations', 'messaging_migrations'];

/**
 * Creates the roles that are missing, sets their passwords, and gives each its rights. Run it after the migrations, as the owner of
 * the schemas, who needs the right to create roles.
 */
export async function grantRoles(ownerUrl: string, roles: DatabaseRole[]): Promise<void> {
  const client = new Client(connectionSettings(ownerUrl, 'rondo roles'));
  // A lost connection fails the current statement. Without a listener, its error also crashes the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query("SELECT pg_advisory_xact_lock(hashtextextended('rondo:roles', 0))");
    for (const role of roles) await grantRole(client, role);
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}

async function grantRole(client: Client, role: DatabaseRole): Promise<void> {
  const { name, password, schema, appendOnlyTables = [], createsTables = false } = role;
  const [user, space] = [escapeIdentifier(name), escapeIdentifier(schema)];
  const { rowCount: known } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [name]);
  if (known === 0) await client.query(`CREATE ROLE ${user}`);
  await client.query(`ALTER ROLE ${user} LOGIN NOINHERIT PASSWORD ${escapeLiteral(password)}`);
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${space}`);
  await client.query(`GRANT USAGE ON SCHEMA ${space} TO ${user}`);
  if (createsTables) {
    await client.query(`GRANT CREATE ON SCHEMA ${space} TO ${user}`);
    await client.query(`ALTER ROLE ${user} SET search_path = ${space}`);
    await grantRestored(client, { user, schema, space });
    return;
  }
  await client.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${space} TO ${user}`);
  for (const table of appendOnlyTables) await revoke('UPDATE, DELETE', table);
  for (const table of migrationTables) await revoke('INSERT, UPDATE, DELETE', table);

  async function revoke(rights: string, table: string): Promise<void> {
    const named = `${space}.${escapeIdentifier(table)}`;
    const { rows } = await client.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [
      named,
    ]);
    if (rows[0]?.found) await client.query(`REVOKE ${rights} ON ${named} FROM ${user}`);
  }
}

/** Gives a role that creates its tables the rights on those that the owner restored from a dump. */
async function grantRestored(
  client: Client,
  { user, schema, space }: { user: string; schema: string; space: string },
): Promise<void> {
  const { rows } = await client.query<{ tablename: string }>(
    'SELECT tablename FROM pg_tables WHERE schemaname = $1 AND tableowner = current_user',
    [schema],
  );
  for (const { tablename } of rows)
    await client.query(
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ${space}.${escapeIdentifier(tablename)} TO ${user}`,
    );
}

/** The URL of the owner's database for a role. */
export function urlOfRole(
  ownerUrl: string,
  { name, password }: Pick<DatabaseRole, 'name' | 'password'>,
): string {
  const url = new URL(ownerUrl);
  url.username = encodeURIComponent(name);
  url.password = encodeURIComponent(password);
  return url.href;
}
