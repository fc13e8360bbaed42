import { v7 } from 'uuid';
import {
  databaseSecretOf,
  databaseSecretKey,
  startService,
  type RunningService,
  type StartOptions,
} from '../../src/service.ts';
import type { ServiceDefinition } from '../../src/service-definition.ts';
import { serviceRegistry, writersOf, type ServiceEntry } from '../../src/service-registry.ts';
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
  /** A person whom another service knows by this id. */
  personOf(id: string): Promise<TestPerson>;
  /** An agent that acts for a person: `name` is its client id, too. */
  agentOf(person: TestPerson, name: string): Promise<TestPerson>;
  /**
   * Delivers CloudEvents (or the text or the bytes of a record) to a topic's route as a sidecar does. An event without a
   * `source` is given that of a service that may write to the topic. @returns the statuses in order
   */
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
    RATE_LIMIT_PER_SECOND: '0',
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

  const callerOf = (id: string, token: string): TestPerson => ({
    id,
    token,
    call: (method, path, body, headers) => call(token, method, path, body, headers),
  });

  return {
    service,
    sidecar,
    issuer,
    database_url: database.url,
    startReplica,
    async person(roles = []) {
      const id = v7();
      return callerOf(id, await issuer.tokenFor({ sub: id, roles }));
    },
    async personOf(id) {
      return callerOf(id, await issuer.tokenFor({ sub: id }));
    },
    async agentOf({ id }, name) {
      return callerOf(id, await issuer.tokenFor({ sub: id, source: 'mcp', act: { sub: name, name } }));
    },
    async deliver(topic, cloudEvents) {
      const entries = cloudEvents.map((event, index) => {
        return {
          entryId: String(index),
          event: recordOf(event, [...writersOf(topic, entry)][0]).toString('base64'),
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

/** The value of a record. */
function recordOf(event: unknown, source: string | undefined): Buffer {
  if (Buffer.isBuffer(event)) return event;
  if (typeof event === 'string') return Buffer.from(event);
  return Buffer.from(JSON.stringify({ source, ...(event as object) }));
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
