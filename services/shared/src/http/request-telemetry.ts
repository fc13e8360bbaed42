import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Histogram } from 'prom-client';
import type { Log } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import { continueTrace } from '../observability/trace-context.ts';
import type { ResourceId, Tracing } from '../observability/tracing.ts';

/** Gives each request a position in its trace, a span if traces are recorded, a duration metric and a log line. */
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
  app.addHook('onRoute', (route) => {
    const idName = idNameOf(route.url);
    if (idName !== undefined) route.config = { ...route.config, idName };
  });
  app.decorateRequest('trace');
  app.decorateRequest('span');
  app.addHook('onRequest', async (request) => {
    const { traceparent } = request.headers;
    const { config, url: route } = request.routeOptions;
    request.span = config.isUntraced
      ? undefined
      : tracing.request(traceparent, { method: request.method, route });
    request.trace = request.span?.trace ?? continueTrace(traceparent);
  });
  app.addHook('onResponse', async (request, reply) => {
    const { url: route = 'unknown' } = request.routeOptions;
    const status = `${Math.trunc(reply.statusCode / 100)}xx`;
    durations.observe({ method: request.method, route, status }, reply.elapsedTime / 1000);
    request.span?.end({
      status: reply.statusCode,
      workspaceId: request.identity?.workspaceId,
      resource: resourceOf(request),
    });
    logRequest(log, request, reply);
  });
}

/** `/api/v1/tasks/:id/complete` is about the `task_id` in its path. */
function resourceOf({ params, routeOptions }: FastifyRequest): ResourceId | undefined {
  const { idName } = routeOptions.config;
  const { id } = (params ?? {}) as { id?: string };
  return idName === undefined || id === undefined ? undefined : { name: idName, id };
}

/** The name of the id in a path, from the collection before it: `/tasks/:id` has a `task_id`. */
function idNameOf(path: string): string | undefined {
  const collection = /([a-z-]+)\/:id\b/.exec(path)?.[1];
  return collection && `${collection.replaceAll('-', '_').replace(/ies$/, 'y').replace(/s$/, '')}_id`;
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
  const resource = resourceOf(request);
  log[level](
    {
      request_id: request.id,
      trace_id: request.trace?.traceId,
      workspace_id: request.identity?.workspaceId,
      ...(resource ? { [resource.name]: resource.id } : {}),
      method: request.method,
      route: request.routeOptions.url,
      status,
      duration_ms: Math.round(elapsedMs * 100) / 100,
    },
    'request',
  );
}
