import { stringify } from 'yaml';
import { auditService } from '@rondo/audit-service/service';
import { systemClock, uuid7Ids } from '@rondo/shared/clock';
import { baseSettings, parseEnvironment } from '@rondo/shared/config';
import { createDaprClient } from '@rondo/shared/messaging/dapr-client';
import { addHealthRoutes } from '@rondo/shared/http/health';
import { createHttpServer } from '@rondo/shared/http/http-server';
import { createLog } from '@rondo/shared/observability/log';
import { createMetrics, type Metrics } from '@rondo/shared/observability/metrics';
import { openTracing } from '@rondo/shared/observability/open-tracing';
import type { ServiceDefinition } from '@rondo/shared/service';
import { notificationService } from '@rondo/notification-service/service';
import { recurringTaskService } from '@rondo/recurring-task-service/service';
import { todoService } from '@rondo/todo-service/service';
import { websocketService } from '@rondo/websocket-service/service';

/** A series that a service has in its metrics, by the name that queries use, and its labels. */
export type SeriesDescription = { name: string; labels: string[] };

/**
 * The file of a service's contract, below `specs/002-microservices-dapr-kafka/contracts/`, its text, and what the service
 * measures.
 */
export type ServiceDescription = {
  service: string;
  name: string;
  text: string;
  document: Record<string, unknown>;
  series: SeriesDescription[];
};

const services = [todoService, auditService, websocketService, notificationService, recurringTaskService];

/** Describes every service by the routes (OpenAPI 3.1, YAML) and metrics that it really has. Nothing is connected to. */
export async function describeServices(): Promise<ServiceDescription[]> {
  return Promise.all(services.map(async (definition) => describeService(definition)));
}

async function describeService(definition: ServiceDefinition): Promise<ServiceDescription> {
  const nowhere = 'http://127.0.0.1:1';
  const settings = parseEnvironment(baseSettings, {
    PORT: '0',
    METRICS_PORT: '0',
    DAPR_HTTP_ENDPOINT: nowhere,
    DAPR_API_TOKEN: 'not-used-here',
    APP_API_TOKEN: 'not-used-here',
    TOKEN_ISSUER: 'not-used-here',
    JWKS_URL: nowhere,
  });
  const log = createLog(definition.name, 'silent');
  await using dapr = createDaprClient({ endpoint: nowhere, token: 'not-used-here' });
  const metrics = createMetrics(definition.name);
  const tracing = await openTracing({
    service: definition.name,
    endpoint: undefined,
    ratio: 1,
    log,
    metrics,
  });
  const context = {
    settings,
    log,
    clock: systemClock,
    ids: uuid7Ids,
    // A key that seals nothing: what a service needs to be built is enough.
    dapr: { ...dapr, getSecret: async () => ({ 'encryption-keys': Buffer.alloc(32).toString('base64') }) },
    metrics,
    tracing,
  };
  const parts = await definition.create(context, 'postgres://127.0.0.1:1/none', {});
  const app = await createHttpServer({
    service: definition.name,
    description: definition.description,
    log,
    ids: uuid7Ids,
    metrics,
    tracing,
    verifyToken: () => Promise.reject(new Error('not used here')),
  });
  addHealthRoutes(app, { service: definition.name, checks: [], metrics });
  parts.addRoutes(app);
  await app.ready();
  const document = JSON.parse(JSON.stringify(app.swagger())) as Record<string, unknown>;
  await app.close();
  await parts.close?.();
  return {
    name: `${definition.name}-api.yaml`,
    text: stringify(document, { aliasDuplicateObjects: false, compat: 'yaml-1.1' }),
    document,
    service: definition.name,
    series: seriesOf(metrics),
  };
}

const summarized = { histogram: ['_bucket', '_sum', '_count'], summary: ['', '_sum', '_count'] };

function seriesOf(metrics: Metrics): SeriesDescription[] {
  const known = metrics.getMetricsAsArray() as unknown as {
    name: string;
    type: string;
    labelNames: string[];
  }[];
  return known.flatMap(({ name, type, labelNames }) => {
    const endings = type in summarized ? summarized[type as keyof typeof summarized] : [''];
    return endings.map((ending) => ({
      name: `${name}${ending}`,
      labels: ['service', ...labelNames, ...(ending === '_bucket' ? ['le'] : [])],
    }));
  });
}
