import { v7 } from 'uuid';
import {
  databaseSecretOf,
  databaseSecretKey,
  startService,
  type RunningService,
  type StartOptions,
} from '../../src/service.ts';
import type { ServiceDefinition } from '../../src/service-definition.ts';
import { serviceRegistry, type ServiceEntry } from '../../src/service-registry.ts';
import { createTestDatabase } from './database.ts';
import { createTestIssuer, type Cleanup, type TestIssuer } from './identity.ts';
import { startScriptedSidecar, type ScriptedSidecar } from './scripted-sidecar.ts';

export type Answer<Body = Record<string, unknown>> = { status: number; body: Body; headers: Headers };

export type TestPerson = {
  id: string;
  token: string;
  call<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<Body>>;
};

export type TestService = {
  service: RunningService;
  sidecar: ScriptedSidecar;
  issuer: TestIssuer;
  database_url: string;
  /** A person of their own workspace. */
  person(roles?: string[]): Promise<TestPerson>;
  /** Delivers CloudEvents (or the text that a record holds) to a topic's route as a sidecar does. @returns the statuses in order */
  deliver(topic: string, cloudEvents: unknown[]): Promise<string[]>;
  /** Starts one more replica, on the same database and sidecar. */
  startReplica(): Promise<RunningService>;
};

export type TestServiceOptions = StartOptions & {
  env?: Record<string, string>;
  /** Secrets beside the database's, as the sidecar has them. */
  secrets?: Record<string, Record<string, string>>;
};

const apiToken = 'api-token-of-tests';
const appToken = 'app-token-of-tests';

/** Starts a whole service on a database of its own, with a scripted sidecar and an issuer. */
export async function startTestService(
  t: Cleanup,
  definition: ServiceDefinition,
  { env = {}, secrets = {}, ...options }: TestServiceOptions = {},
): Promise<TestService> {
  const entry = options.entry ?? entryOf(definition.name);
  const database = entry.schema ? await createTestDatabase(t) : { url: '' };
  const sidecar = await startScriptedSidecar(t, {
    ...secrets,
    [databaseSecretOf(definition.name)]: { [databaseSecretKey]: database.url },
  });
  const issuer = await createTestIssuer();
  const environment = {
    PORT: '0',
    METRICS_PORT: '0',
    DAPR_HTTP_ENDPOINT: sidecar.url,
    DAPR_API_TOKEN: apiToken,
    APP_API_TOKEN: appToken,
    TOKEN_ISSUER: issuer.issuer,
    JWKS_URL: await issuer.serve(t),
    LOG_LEVEL: 'silent',
    ...env,
  };
  async function startReplica(): Promise<RunningService> {
    const replica = await startService(definition, environment, { ...options, entry });
    t.after(() => replica.stop());
    return replica;
  }
  const service = await startReplica();

  async function call<Body>(
    token: string,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const response = await fetch(`${service.url}${path}`, {
      method,
      headers: {
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = text !== '' && (response.headers.get('content-type')?.includes('json') ?? false);
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson && !text.includes('\n') ? JSON.parse(text) : text) as Body,
    };
  }

  return {
    service,
    sidecar,
    issuer,
    database_url: database.url,
    startReplica,
    async person(roles = []) {
      const id = v7();
      const token = await issuer.tokenFor({ sub: id, roles });
      return { id, token, call: (method, path, body, headers) => call(token, method, path, body, headers) };
    },
    async deliver(topic, cloudEvents) {
      const entries = cloudEvents.map((event, index) => {
        const text = typeof event === 'string' ? event : JSON.stringify(event);
        return {
          entryId: String(index),
          event: Buffer.from(text).toString('base64'),
          contentType: 'application/octet-stream',
          // Anyone who may publish chooses the headers.
          metadata: JSON.parse('{"__proto__":"a header"}') as object,
        };
      });
      const { status, body } = await call<{ statuses: { status: string }[] }>(
        '',
        'POST',
        `/events/${topic}`,
        { entries },
        { 'dapr-api-token': appToken },
      );
      if (status !== 200) throw new Error(`the delivery was answered ${status}: ${JSON.stringify(body)}`);
      return body.statuses.map((entry) => entry.status);
    },
  };
}

/** The registry's entry; one without a schema for a service that only a test knows. */
function entryOf(name: string): ServiceEntry {
  const unknown: ServiceEntry = {
    name,
    ports: { http: 0, sidecar: 0, metrics: 0 },
    publicPaths: [],
    topics: { consumes: [], produces: [] },
  };
  return serviceRegistry.find((known) => known.name === name) ?? unknown;
}
