import { Client } from 'pg';

/** Addresses of poolers that give each transaction another session. */
const poolers: { pattern: RegExp; remedy: string }[] = [
  {
    pattern: /-pooler\./,
    remedy: 'use the host without `-pooler`, which is the direct address of Neon',
  },
  {
    pattern: /\.pooler\.supabase\.com:6543/,
    remedy: "use port 5432 of the same host, Supabase's session pooler, or the direct connection",
  },
  {
    pattern: /\.postgres\.database\.azure\.com:6432/,
    remedy: 'use port 5432, which leads to PostgreSQL itself',
  },
];

const why =
  'Rondo needs sessions of its own, for advisory locks and prepared statements, and a pooler in transaction mode shares them';

/**
 * Says why an address of PostgreSQL can't work, and what to use instead, if it leads to a pooler in transaction mode. It
 * recognises known addresses, and otherwise asks: two sessions at once are never served by the same server process, unless
 * a pooler shares it.
 * @returns undefined for an address that works, or that doesn't answer
 */
export async function pooledAddressProblem(url: string): Promise<string | undefined> {
  const { host } = new URL(url);
  const known = poolers.find(({ pattern }) => pattern.test(host));
  if (known) return `${host} is the address of a pooler: ${known.remedy}. ${why}.`;
  return (await sharesSessions(url))
    ? `${host} leads to a pooler in transaction mode: use the direct address of PostgreSQL, or \`pool_mode = session\`. ${why}.`
    : undefined;
}

async function sharesSessions(url: string): Promise<boolean> {
  const [one, other] = [openClient(url), openClient(url)];
  try {
    await Promise.all([one.connect(), other.connect()]);
    const first = await processOf(one);
    // While this transaction is open, the pooler can't take its process for anything else.
    await other.query('BEGIN');
    return (await processOf(other)) === first;
  } catch {
    return false;
  } finally {
    await Promise.all([one, other].map((client) => client.end().catch(() => undefined)));
  }
}

function openClient(url: string): Client {
  const client = new Client({
    connectionString: url,
    application_name: 'rondo address check',
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
  });
  client.on('error', () => undefined);
  return client;
}

async function processOf(client: Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid;
}
