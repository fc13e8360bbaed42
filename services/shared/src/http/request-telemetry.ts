import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Histogram } from 'prom-client';
import type { Log } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import { continueTrace } from '../observability/trace-context.ts';
import type { Tracing } from '../observability/tracing.ts';

/** What is told of each request: a span or at least a position in its trace, how long it took, and a line in the log. */
export function addTelemetry(
  app: FastifyInstance,
  { log, metrics, tracing }: { log: Log; metrics: Metrics; tracing: Tracing },
): void {
  const durations = new Histogram({
    name: 'rondo_http_request_duration_seconds',
    help: 'From the headers of a request until its answer was sent, by route and class of status',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [metrics],
  });
  app.decorateRequest('trace');
  app.decorateRequest('span');
  app.addHook('onRequest', async (request) => {
    const { traceparent } = request.headers;
    const { config, url: route } = request.routeOptions;
    request.span = config.is_untraced
      ? undefined
      : tracing.request(traceparent, { method: request.method, route });
    request.trace = request.span?.trace ?? continueTrace(traceparent);
  });
  app.addHook('onResponse', async (request, reply) => {
    const { url: route = 'unknown' } = request.routeOptions;
    const status = `${Math.trunc(reply.statusCode / 100)}xx`;
    durations.observe({ method: request.method, route, status }, reply.elapsedTime / 1000);
    request.span?.end({ status: reply.statusCode, ...idsOf(request) });
    logRequest(log, request, reply);
  });
}

function idsOf({ identity, params, routeOptions: { url } }: FastifyRequest): {
  workspace_id: string | undefined;
  task_id: string | undefined;
} {
  // An address below /tasks is a task's; those of other things are theirs.
  const taskId = url?.includes('/tasks/:id') ? (params as { id?: string } | undefined)?.id : undefined;
  return { workspace_id: identity?.workspace_id, task_id: taskId };
}

function logRequest(log: Log, request: FastifyRequest, reply: FastifyReply): void {
  const { statusCode: status, elapsedTime: elapsedMs } = reply;
  const level =
    status >= 500
      ? 'error'
      : request.routeOptions.config.public || request.method === 'GET'
        ? 'debug'
        : 'info';
  if (!log.isLevelEnabled(level)) return;
  const params = request.params as Record<string, string> | undefined;
  log[level](
    {
      request_id: request.id,
      trace_id: request.trace?.trace_id,
      workspace_id: request.identity?.workspace_id,
      ...(params?.['id'] ? { task_id: params['id'] } : {}),
      method: request.method,
      route: request.routeOptions.url,
      status,
      duration_ms: Math.round(elapsedMs * 100) / 100,
    },
    'request',
  );
}
