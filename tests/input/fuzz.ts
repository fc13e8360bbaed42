/**
 * `npm run fuzz [-- --seconds 60 --seed N --schemathesis CASES]`: sends requests that the schemas admit, and requests with one
 * thing wrong, to every route of every service. An answer of 5xx, or none, is a failure. The same seed sends the same requests.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { throwAwaySettings } from '@rondo/host-common/postgres/settings';
import { startPostgres } from '@rondo/host-common/postgres/start-postgres';
import { onServer } from '@rondo/postgres/test/test-database';
import type { Task } from '@rondo/shared/contracts/task';
import { createLog } from '@rondo/shared/observability/log';
import { eventually } from '@rondo/shared/test/eventually';
import type { TestPerson } from '@rondo/shared/test/service';
import type { RouteDescription } from '../../scripts/describe-services.ts';
import { requestsTo, type Request } from './support/requests.ts';
import { runSchemathesis } from './support/schemathesis.ts';
import { startServices, type TriedService } from './support/services.ts';
import { spoiltRequestsTo } from './support/spoilt.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    schemathesis: { type: 'string', default: '0' },
  },
});
const seed = Number(values.seed);
const requestsPerTurn = 5;
const maxShown = 20;

let sent = 0;
let slowestMs = 0;
let slowest = '';
const failures: string[] = [];

await using opened = new AsyncDisposableStack();
const directory = await mkdtemp(join(tmpdir(), 'rondo-fuzz-'));
opened.defer(() => rm(directory, { recursive: true, force: true }));
const postgres = opened.use(
  await startPostgres({
    dataDir: directory,
    port: 0,
    log: createLog('fuzz', 'silent'),
    settings: throwAwaySettings,
  }),
);
process.env['RONDO_TEST_DATABASE_URL'] = postgres.url;
// The databases of the services are dropped in the background.
opened.defer(
  async () => void (await eventually(isEmpty, { timeout_ms: 40_000, what: 'dropping the databases' })),
);
const services = await startServices({ after: (hook) => opened.defer(async () => void (await hook())) });

print(`fuzz: seed ${seed}, ${values.seconds} s`);
const deadline = performance.now() + Number(values.seconds) * 1_000;
await Promise.all(services.map((service, index) => fuzz(service, seed + index * 1_000_003)));
print(`fuzz: ${sent} requests, the slowest ${Math.round(slowestMs)} ms (${slowest})`);
for (const { name, service } of services) {
  const { status } = await fetch(`${service.url}/health`);
  if (status !== 200) failures.push(`${name} is not healthy any more: ${status}`);
}
const cases = Number(values.schemathesis);
if (cases > 0) failures.push(...(await runSchemathesis(services, { cases, seed })));
for (const failure of failures.slice(0, maxShown)) print(failure);
if (failures.length > 0) print(`fuzz: ${failures.length} failures; again with --seed ${seed}`);
process.exitCode = failures.length === 0 ? 0 : 1;

async function isEmpty(): Promise<boolean> {
  return onServer(async (client) => {
    const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname LIKE 'test\\_%'");
    return rowCount === 0;
  });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

/** Sends requests to the routes of a service in turn, until the time is over. */
async function fuzz(service: TriedService, ownSeed: number): Promise<void> {
  const person = await service.person(['operator']);
  const ids = await tasksOf(service, person);
  const plans = service.routes
    .filter(({ path }) => !path.startsWith('/health'))
    .map((route) => ({ route, requests: fc.oneof(requestsTo(route, ids), spoiltRequestsTo(route, ids)) }));
  for (let turn = 0; performance.now() < deadline; turn += 1)
    for (const [index, { route, requests }] of plans.entries()) {
      if (performance.now() > deadline) return;
      const sample = fc.sample(requests, { seed: ownSeed + turn * 1_009 + index, numRuns: requestsPerTurn });
      for (const request of sample) await send(service, person, route, request);
    }
}

async function tasksOf({ name }: TriedService, person: TestPerson): Promise<string[]> {
  if (name !== 'todo-service') return [];
  const make = (title: string) =>
    person.call<Task>('POST', '/api/v1/tasks', { title, recurrence_rule: 'daily' });
  return (await Promise.all(['one', 'two'].map((title) => make(title)))).map(({ body }) => body.id);
}

async function send(
  { name }: TriedService,
  person: TestPerson,
  route: RouteDescription,
  { method, path, body, headers }: Request,
): Promise<void> {
  const hasBody = !['GET', 'HEAD'].includes(method);
  const start = performance.now();
  const shown = `${name} ${method} ${path.slice(0, 300)} ${JSON.stringify(headers)} ${JSON.stringify(body)?.slice(0, 1_000)}`;
  try {
    const { status, body: answer } = await person.call(method, path, hasBody ? body : undefined, headers);
    if (status >= 500) failures.push(`${status}: ${shown}\n  ${JSON.stringify(answer).slice(0, 500)}`);
  } catch (error) {
    // The client itself refuses some headers and addresses, and a refused body closes its connection.
    if (!isOfClient(error)) failures.push(`no answer: ${shown}\n  ${reasonOf(error)}`);
  }
  sent += 1;
  const took = performance.now() - start;
  if (took > slowestMs) [slowestMs, slowest] = [took, `${route.method} ${route.path}`];
}

function isOfClient(error: unknown): boolean {
  return /ByteString|invalid .*header|Invalid URL|Failed to parse URL|EPIPE|ECONNRESET/i.test(
    reasonOf(error),
  );
}
