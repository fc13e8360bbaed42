import type { Liveness, Readiness } from '../contracts/health.ts';
import { apiVersion, Liveness as LivenessSchema, Readiness as ReadinessSchema } from '../contracts/health.ts';
import { Gauge } from 'prom-client';
import type { HttpServer } from './http-server.ts';
import type { Metrics } from '../observability/metrics.ts';
import { shareRunning } from '../workers/share-running.ts';

export type DependencyState = Readiness['dependencies'][string];

/** Reports the state of a dependency. `isRequired`: without it the service can't answer, and is not ready. */
export type DependencyCheck = { name: string; isRequired: boolean; check: () => Promise<DependencyState> };

const checkTimeoutMs = 2_000;

/**
 * Adds `/health` (the process lives), `/health/ready` (the state of each dependency; 503 if a required one is down), and
 * a gauge of the same states, which are checked whenever metrics are read.
 */
export function addHealthRoutes(
  app: HttpServer,
  { service, checks, metrics }: { service: string; checks: DependencyCheck[]; metrics: Metrics },
): void {
  const options = { config: { public: true, isUntraced: true } };
  addDependencyGauge(metrics, checks);
  // Anyone may ask, as often as they like, and each check takes a connection to the database.
  const readiness = shareRunning(() => readinessOf(service, checks));
  app.get(
    '/health',
    {
      ...options,
      schema: {
        tags: ['health'],
        summary: 'Check that the process runs',
        description: 'Answers 200 as soon as the process takes requests, whatever its dependencies do.',
        operationId: 'getHealth',
        response: { 200: LivenessSchema },
      },
    },
    (): Liveness => {
      return { status: 'ok', service, version: apiVersion };
    },
  );
  app.get(
    '/health/ready',
    {
      ...options,
      schema: {
        tags: ['health'],
        summary: 'Check that the service is ready',
        description: 'Shows the state of each dependency. 503 if one that the service needs is down.',
        operationId: 'getReadiness',
        response: { 200: ReadinessSchema, 503: ReadinessSchema },
      },
    },
    async (_request, reply) => {
      const answer = await readiness();
      return reply.code(answer.status === 'unavailable' ? 503 : 200).send(answer);
    },
  );
}

function addDependencyGauge(metrics: Metrics, checks: DependencyCheck[]): void {
  const gauge: Gauge<'dependency' | 'required'> = new Gauge({
    name: 'rondo_dependency_up',
    help: 'Whether what the service needs is up (1) or degraded or down (0)',
    labelNames: ['dependency', 'required'] as const,
    registers: [metrics],
    async collect() {
      const states = await Promise.all(checks.map(async ({ check }) => stateOf(check)));
      for (const [index, { name, isRequired }] of checks.entries())
        gauge.set({ dependency: name, required: String(isRequired) }, states[index]?.status === 'up' ? 1 : 0);
    },
  });
}

async function readinessOf(service: string, checks: DependencyCheck[]): Promise<Readiness> {
  const states = await Promise.all(checks.map(async ({ check }) => stateOf(check)));
  const isUnavailable = checks.some(
    ({ isRequired }, index) => isRequired && states[index]?.status === 'down',
  );
  const isDegraded = states.some(({ status }) => status !== 'up');
  return {
    status: isUnavailable ? 'unavailable' : isDegraded ? 'degraded' : 'ready',
    service,
    dependencies: Object.fromEntries(
      checks.map(({ name }, index) => [name, states[index] ?? { status: 'down' }]),
    ),
  };
}

async function stateOf(check: DependencyCheck['check']): Promise<DependencyState> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<DependencyState>((resolve) => {
    timer = setTimeout(
      () => resolve({ status: 'down', detail: `no answer within ${checkTimeoutMs} ms` }),
      checkTimeoutMs,
    );
  });
  const answer = check().catch((error: unknown): DependencyState => ({
    status: 'down',
    detail: String(error),
  }));
  return Promise.race([answer, timeout]).finally(() => clearTimeout(timer));
}
