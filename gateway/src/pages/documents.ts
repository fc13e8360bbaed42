import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parse, stringify } from 'yaml';
import { originOf } from './origin.ts';

/** `npm run contracts` writes them from the code; the image has them at the same place. */
const directory = join(import.meta.dirname, '..', '..', '..', 'specs/002-microservices-dapr-kafka/contracts');

type Reachable = { servers: unknown };

/** Serves the OpenAPI and AsyncAPI documents, with the address under which the client reached the gateway. */
export function addDocuments(app: FastifyInstance): void {
  const api = readOnce('rondo-api.yaml');
  const events = readOnce('rondo-events.asyncapi.yaml');
  const apiAt = async (request: FastifyRequest) => ({
    ...(await api()),
    servers: [{ url: originOf(request) }],
  });
  app.get('/openapi.json', async (request) => apiAt(request));
  app.get('/openapi.yaml', async (request, reply) => sendYaml(request, reply, await apiAt(request)));
  app.get('/asyncapi.yaml', async (request, reply) => {
    const { host, protocol } = new URL(originOf(request));
    const socket = { host, protocol: protocol === 'https:' ? 'wss' : 'ws' };
    const document = (await events()) as Reachable & { servers: { gateway: object } };
    const servers = { ...document.servers, gateway: { ...document.servers.gateway, ...socket } };
    return sendYaml(request, reply, { ...document, servers });
  });
}

function readOnce(name: string): () => Promise<Reachable> {
  let document: Promise<Reachable> | undefined;
  return () =>
    (document ??= readFile(join(directory, name), 'utf8').then((text) => parse(text) as Reachable));
}

/** A browser shows plain text and downloads what says that it is YAML. */
function sendYaml(request: FastifyRequest, reply: FastifyReply, document: object): FastifyReply {
  const isForBrowser = /\btext\/html\b/.test(request.headers.accept ?? '');
  return reply
    .type(isForBrowser ? 'text/plain; charset=utf-8' : 'application/yaml')
    .header('vary', 'accept')
    .send(
      stringify(document, {
        aliasDuplicateObjects: false,
        compat: 'yaml-1.1',
        blockQuote: 'literal',
        lineWidth: 0,
      }),
    );
}
