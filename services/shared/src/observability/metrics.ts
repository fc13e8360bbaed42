import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { collectDefaultMetrics, Counter, Registry, type CounterConfiguration } from 'prom-client';

export type Metrics = Registry;

/** A service's own registry, with the metrics of its process: several services can run in one process. */
export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Finds or makes the counter of this name. The consumers of one service share theirs. */
export function counterOf<Label extends string>(
  metrics: Metrics,
  configuration: Omit<CounterConfiguration<Label>, 'registers'>,
): Counter<Label> {
  const known = metrics.getSingleMetric(configuration.name) as Counter<Label> | undefined;
  return known ?? new Counter({ ...configuration, registers: [metrics] });
}

const dropReasons = [
  'invalid-event',
  'unknown-schema-version',
  'untrusted-source',
  'handler-failed',
  'handler-too-slow',
] as const;
export type DropReason = (typeof dropReasons)[number];

/** The counter of events that a service gave up. */
export function droppedEventsOf(metrics: Metrics): Counter<'reason'> {
  const counter = counterOf(metrics, {
    name: 'rondo_dropped_events_total',
    help: 'Events given up, by reason; kept as dead letters by services with a database',
    labelNames: ['reason'] as const,
  });
  // A counter that appears with its first increase hides that increase from alerts.
  for (const reason of dropReasons) counter.inc({ reason }, 0);
  return counter;
}

/** The counter of stale events: a duplicate is the same event again, a stale one is older than an event seen before. */
export function staleEventsOf(metrics: Metrics): Counter {
  return counterOf(metrics, {
    name: 'rondo_stale_events_total',
    help: 'Delivered events that came after a later one, or again, and changed nothing',
  });
}

/** Serves `GET /metrics` (Prometheus text format) on a port of its own, which is never public. */
export async function serveMetrics(
  metrics: Metrics,
  { host, port }: { host: string; port: number },
): Promise<AsyncDisposable & { port: number }> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    metrics.metrics().then(
      (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
