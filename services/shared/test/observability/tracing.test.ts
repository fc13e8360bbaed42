import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { createLog } from '../../src/observability/log.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { openTracing } from '../../src/observability/open-tracing.ts';
import { noTracing } from '../../src/observability/tracing.ts';
import { eventually } from '../support/eventually.ts';

const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const about = { method: 'GET', route: '/' };
const answered = { status: 200, workspaceId: undefined, resource: undefined };

/** A collector that answers with a status, which a test can change, and counts what it is asked. */
async function startCollector(t: TestContext) {
  const collector = { status: 200, requests: 0, url: '' };
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      collector.requests += 1;
      response.writeHead(collector.status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  collector.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return collector;
}

async function setUp(
  t: TestContext,
  { endpoint, ratio = 1 }: { endpoint: string | undefined; ratio?: number },
) {
  const metrics = createMetrics('test');
  const lines: { level: string; message: string }[] = [];
  const log = createLog('test', 'info', {
    write: (line: string) => lines.push(JSON.parse(line) as { level: string; message: string }),
  });
  const tracing = await openTracing({ service: 'test', endpoint, ratio, log, metrics });
  t.after(() => tracing[Symbol.asyncDispose]());
  const count = async (outcome: string) => {
    const pattern = new RegExp(`rondo_trace_spans_total\\{outcome="${outcome}",service="test"\\} (\\d+)`);
    return Number(pattern.exec(await metrics.metrics())?.[1] ?? 0);
  };
  return { tracing, lines, count };
}

test('without a collector nothing is recorded', async (t) => {
  const { tracing } = await setUp(t, { endpoint: undefined });
  assert.equal(tracing, noTracing);
  assert.equal(tracing.request(parent, about), undefined);
});

test('a span is a child of its parent, sampled as it was; a root is recorded by the ratio', async (t) => {
  const { tracing } = await setUp(t, { endpoint: 'http://127.0.0.1:1', ratio: 0 });
  const trace = (given: unknown) => tracing.request(given, about)?.trace.traceparent ?? '';
  assert.match(trace(parent), /^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-01$/);
  assert.match(trace(parent.replace(/01$/, '00')), /^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-00$/);
  assert.match(trace('nonsense'), /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
});

test('a stop sends recorded spans first', async (t) => {
  const collector = await startCollector(t);
  const { tracing, count } = await setUp(t, { endpoint: `${collector.url}/` });
  tracing.request(parent, about)?.end(answered);
  await tracing[Symbol.asyncDispose]();
  assert.deepEqual([collector.requests, await count('exported')], [1, 1]);
});

test('a failing collector is logged once until it accepts spans again; each lost span is counted', async (t) => {
  const collector = await startCollector(t);
  const { tracing, lines, count } = await setUp(t, { endpoint: collector.url });
  const record = (spans: number) => {
    for (let n = 0; n < spans; n += 1) tracing.request(parent, about)?.end(answered);
  };
  collector.status = 400;
  record(512);
  await eventually(async () => (await count('failed')) === 512);
  record(512);
  await eventually(async () => (await count('failed')) === 1_024);
  collector.status = 200;
  record(512);
  await eventually(async () => (await count('exported')) === 512);
  assert.deepEqual(
    lines.map(({ level, message }) => [level, message]),
    [
      ['warn', 'the collector does not accept traces; they are dropped'],
      ['info', 'the collector accepts traces again'],
    ],
  );
});

test('if the collector does not answer, spans wait in a bounded queue, and the rest is dropped and counted', async (t) => {
  const { tracing, count } = await setUp(t, { endpoint: 'http://127.0.0.1:1' });
  const recorded = 20_000;
  for (let n = 0; n < recorded; n += 1) tracing.request(parent, about)?.end(answered);
  assert.equal(await count('dropped'), recorded - 16_384);
});
