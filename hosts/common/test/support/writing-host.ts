/** A host for tests that kill it: starts PostgreSQL on the given directory, and prints each number that it committed. */
import { createLog } from '@rondo/shared/observability/log';
import { Client } from 'pg';
import { startPostgres } from '../../src/postgres/start-postgres.ts';

const [dataDir = ''] = process.argv.slice(2);
const { url } = await startPostgres({ dataDir, port: 0, log: createLog('test', 'silent') });
const client = new Client({ connectionString: url });
await client.connect();
await client.query('create table numbers (number integer primary key)');
for (let number = 1; ; number += 1) {
  await client.query('insert into numbers values ($1)', [number]);
  process.stdout.write(`${number}\n`);
}
