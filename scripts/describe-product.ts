import { isDeepStrictEqual } from 'node:util';
import { apiVersion } from '@rondo/shared/contracts/health';
import { isObject, type Json, type JsonObject } from '@rondo/shared/http/openapi/document';
import { serviceRegistry } from '@rondo/shared/service-registry';
import type { ServiceDescription } from './describe-services.ts';
import { gatewayPaths, gatewaySchemas } from './gateway-paths.ts';

type Described = Pick<ServiceDescription, 'service' | 'document'>;

/** What each area of the API is for, in the order of the document. */
const tags: { name: string; description: string }[] = [
  { name: 'tasks', description: 'Create, find, change, complete and restore tasks; lists and labels; undo.' },
  {
    name: 'schedules',
    description: 'Recurring tasks: preview a rule, and pause, skip, edit or end a series.',
  },
  { name: 'notifications', description: 'The inbox of a person: reminders and digests.' },
  {
    name: 'channels',
    description:
      'Where reminders go beside the inbox: e-mail, web push, webhooks, ntfy, Telegram, Gotify, Matrix, Slack and Discord.',
  },
  { name: 'deliveries', description: 'What was sent on which channel, and why it failed or was cancelled.' },
  { name: 'settings', description: 'Time zone, quiet hours and the daily digest of a person.' },
  { name: 'filters', description: 'Saved filters of lists.' },
  { name: 'calendar', description: 'Tasks as iCalendar: a secret feed to subscribe to, and an import.' },
  { name: 'imports', description: 'The files that were imported, and their undo.' },
  { name: 'sync', description: 'Snapshot, change feed and socket tickets: how a client stays up to date.' },
  { name: 'audit', description: 'The provable history of a workspace.' },
  {
    name: 'dead letters',
    description: 'For operators: events that a service could not process, and who saw them.',
  },
  { name: 'health', description: 'Whether Rondo runs, and how its services are.' },
];

const description = `Rondo is an event-driven todo platform. This is everything that its gateway serves.

Each request needs a bearer token. On your own machine, \`npm run --silent token\` prints one.

A change that was answered with 2xx is durable, and its event is processed exactly once.

Errors are \`application/problem+json\` (RFC 9457) with a stable \`code\`.

Topics and the socket at \`/ws\` are described in [/asyncapi.yaml](/asyncapi.yaml).`;

/**
 * The OpenAPI 3.1 document of the whole product: what the gateway passes on to the services, and what it answers itself.
 * @throws where two services give one name to different shapes, or one id to two operations
 */
export function describeProduct(services: Described[]): JsonObject {
  const documents = services.map(({ service, document }) => ({
    prefixes: serviceRegistry.find(({ name }) => name === service)?.publicPaths ?? [],
    document: document as { paths: JsonObject; components: { schemas: JsonObject } },
  }));
  const paths = Object.assign(
    {},
    ...documents.map(({ document, prefixes }) =>
      Object.fromEntries(Object.entries(document.paths).filter(([path]) => isBelow(path, prefixes))),
    ),
    gatewayPaths,
  ) as JsonObject;
  const schemas = mergeSchemas([
    ...documents.map(({ document }) => document.components.schemas),
    gatewaySchemas,
  ]);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Rondo',
      description,
      version: apiVersion,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'http://127.0.0.1:8000', description: 'npm start' }],
    security: [{ bearer: [] }],
    tags: tags
      .filter(({ name }) => JSON.stringify(paths).includes(`"tags":["${name}"]`))
      .map(({ name, description }) => ({
        name,
        'x-displayName': name.charAt(0).toUpperCase() + name.slice(1),
        description,
      })),
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: '`npm run --silent token` prints one.',
        },
      },
      schemas: usedSchemas(paths, schemas),
    },
  };
}

function isBelow(path: string, prefixes: string[]): boolean {
  return prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
}

function mergeSchemas(parts: JsonObject[]): JsonObject {
  const merged: JsonObject = {};
  for (const [name, schema] of parts.flatMap((part) => Object.entries(part))) {
    if (name in merged && !isDeepStrictEqual(merged[name], schema))
      throw new Error(`Two services have different shapes with the name ${name}.`);
    merged[name] = schema;
  }
  return merged;
}

/** The shapes that the paths refer to, directly or through others, by name. */
function usedSchemas(paths: JsonObject, schemas: JsonObject): JsonObject {
  const used = new Set<string>();
  const visit = (node: Json | undefined): void => {
    if (Array.isArray(node)) return node.forEach((item) => visit(item));
    if (!isObject(node)) return;
    const { $ref: reference } = node;
    const name = typeof reference === 'string' ? reference.split('/').at(-1) : undefined;
    if (name !== undefined && !used.has(name)) {
      used.add(name);
      visit(schemas[name]);
    }
    Object.values(node).forEach((value) => visit(value));
  };
  visit(paths);
  return Object.fromEntries(
    [...used].toSorted((left, right) => left.localeCompare(right)).map((name) => [name, schemas[name] ?? {}]),
  );
}
