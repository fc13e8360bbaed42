import { stringify } from 'yaml';
import { systemClock, uuid7Ids } from '@rondo/shared/clock';
import { baseSettings, parseEnvironment } from '@rondo/shared/config';
import { createDaprClient } from '@rondo/shared/messaging/dapr-client';
import { addHealthRoutes } from '@rondo/shared/http/health';
import { createHttpServer } from '@rondo/shared/http/http-server';
import { createLog } from '@rondo/shared/observability/log';
import { createMetrics, type Metrics } from '@rondo/shared/observability/metrics';
import { openTracing } from '@rondo/shared/observability/open-tracing';
import { loadService } from '@rondo/shared/load-service';
import type { ServiceDefinition } from '@rondo/shared/service-definition';
import { serviceRegistry, type ServiceEntry } from '@rondo/shared/service-registry';

/** A time series of a service's metrics, by the name that queries use, and its labels. */
export type SeriesDescription = { name: string; labels: string[] };

/** A route that a service adds: its schema as it is validated, and the largest body that it takes if it declares one. */
export type RouteDescription = {
  method: string;
  path: string;
  schema: {
    body?: unknown;
    querystring?: unknown;
    params?: unknown;
    consumes?: readonly string[] | undefined;
  };
  bodyLimit: number | undefined;
};

/** A service's contract: its file below `specs/002-microservices-dapr-kafka/contracts/`, its text, the routes and the metrics. */
export type ServiceDescription = {
  service: string;
  name: string;
  text: string;
  document: Record<string, unknown>;
  routes: RouteDescription[];
  series: SeriesDescription[];
};

const emptyKey = Buffer.alloc(32).toString('base64');

/** Describes every service by its routes (OpenAPI 3.1, YAML) and metrics. It connects to nothing. */
export async function describeServices(): Promise<ServiceDescription[]> {
  return Promise.all(serviceRegistry.map(async (entry) => describeService(entry, await loadService(entry))));
}

async function describeService(
  entry: ServiceEntry,
  definition: ServiceDefinition,
): Promise<ServiceDescription> {
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
  const parts = await definition.build({
    settings,
    env: {},
    entry,
    database:
      entry.schema === undefined ? undefined : { url: 'postgres://127.0.0.1:1/none', schema: entry.schema },
    clock: systemClock,
    ids: uuid7Ids,
    // A service can be built with keys that seal and sign nothing.
    dapr: {
      ...dapr,
      getSecret: async () => ({ 'encryption-keys': emptyKey, 'checkpoint-keys': emptyKey }),
    },
    telemetry: { log, metrics, tracing },
  });
  const app = await createHttpServer({
    service: definition.name,
    description: definition.description,
    log,
    ids: uuid7Ids,
    metrics,
    tracing,
    verifyToken: () => Promise.reject(new Error('not used here')),
    rateLimit: { perSecond: 0, burst: 1 },
  });
  const routes: RouteDescription[] = [];
  app.addHook('onRoute', ({ method, url: path, schema = {}, bodyLimit }) => {
    if (method !== 'HEAD' && !('hide' in schema && schema.hide))
      routes.push({ method: String(method), path, schema, bodyLimit });
  });
  addHealthRoutes(app, { service: definition.name, checks: [], metrics });
  parts.addRoutes(app);
  await app.ready();
  const document = JSON.parse(JSON.stringify(app.swagger())) as Record<string, unknown>;
  await app.close();
  await parts.close();
  return {
    name: `${definition.name}-api.yaml`,
    text: stringify(document, { aliasDuplicateObjects: false, compat: 'yaml-1.1' }),
    document,
    service: definition.name,
    routes,
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
