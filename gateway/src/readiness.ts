import type { FastifyInstance } from 'fastify';
import { apiVersion } from '@rondo/shared/contracts/health';
import { shareRunning } from '@rondo/shared/workers/share-running';

export type ReadinessOptions = {
  /** The URL of each service, by name. */
  services: Record<string, string>;
  /** A problem of the machine, such as a full disk. */
  problem: () => string | undefined;
};

/** Adds `/health`, whether the gateway runs, and `/health/ready`, the readiness of all services. */
export function addHealth(app: FastifyInstance, { services, problem }: ReadinessOptions): void {
  // Anyone may ask, as often as they like, and each answer takes a request to every service.
  const readiness = shareRunning(() => readinessOf(services));
  app.get('/health', () => ({ status: 'ok', service: 'gateway', version: apiVersion }));
  app.get('/health/ready', async (_request, reply) => {
    const answer = withProblem(await readiness(), problem());
    return reply.code(answer.status === 'unavailable' ? 503 : 200).send(answer);
  });
}

type GatewayReadiness = { status: 'ready' | 'degraded' | 'unavailable'; services: Record<string, unknown> };

async function readinessOf(services: Record<string, string>): Promise<GatewayReadiness> {
  const answers = await Promise.all(
    Object.entries(services).map(async ([name, url]) => {
      try {
        const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(3_000) });
        return [name, (await response.json()) as { status: string }] as const;
      } catch {
        return [name, { status: 'unavailable' }] as const;
      }
    }),
  );
  const states = new Set(answers.map(([, { status }]) => status));
  const status = states.has('unavailable') ? 'unavailable' : states.has('degraded') ? 'degraded' : 'ready';
  return { status, services: Object.fromEntries(answers) };
}

function withProblem<Answer extends { status: string }>(readiness: Answer, problem: string | undefined) {
  if (problem === undefined) return readiness;
  return { ...readiness, status: readiness.status === 'ready' ? 'degraded' : readiness.status, problem };
}
