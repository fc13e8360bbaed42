import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { wantsHtml } from '@rondo/shared/http/wants-html';
import { originOf } from './origin.ts';

/** `npm run contracts` writes them from the code; the image has them at the same place. */
const directory = join(import.meta.dirname, '..', '..', '..', 'specs/002-microservices-dapr-kafka/contracts');

/** About, for the rate limit. */
const large = { config: { answerBytes: 512 * 1024 } };

/** What `npm run contracts` says of the addresses. Each answer has the address of its request instead. */
const apiServers = /^servers:\n(?: .*\n)+/m;
const gatewayAddress = /^servers:\n {2}gateway:\n {4}host: .*\n {4}protocol: .*\n/m;

/**
 * Serves the OpenAPI and AsyncAPI documents, with the address under which the client reached the gateway. Anyone may ask for them,
 * and to parse or to print one takes as long as a thousand other requests: it is done once, and not in this thread.
 */
export function addDocuments(app: FastifyInstance): void {
  const api = lazily(() => partsOf('rondo-api.yaml', apiServers));
  const events = lazily(() => partsOf('rondo-events.asyncapi.yaml', gatewayAddress));
  const apiJson = lazily(() => jsonOf('rondo-api.yaml'));
  app.get('/openapi.json', large, async (request, reply) => {
    const servers = JSON.stringify([{ url: originOf(request) }]);
    const rest = (await apiJson()).slice(1);
    return reply.type('application/json; charset=utf-8').send(`{"servers":${servers},${rest}`);
  });
  app.get('/openapi.yaml', large, async (request, reply) => {
    const [before, after] = await api();
    return sendYaml(request, reply, `${before}servers:\n  - url: ${quoted(originOf(request))}\n${after}`);
  });
  app.get('/asyncapi.yaml', async (request, reply) => {
    const [before, after] = await events();
    const { host, protocol } = new URL(originOf(request));
    const address = `    host: ${quoted(host)}\n    protocol: ${protocol === 'https:' ? 'wss' : 'ws'}\n`;
    return sendYaml(request, reply, `${before}servers:\n  gateway:\n${address}${after}`);
  });
}

function lazily<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let result: Promise<Result> | undefined;
  return () => (result ??= work());
}

/** The text of a document before and after what matches. @throws Error if nothing does */
async function partsOf(name: string, pattern: RegExp): Promise<[before: string, after: string]> {
  const text = await readFile(join(directory, name), 'utf8');
  const found = pattern.exec(text);
  if (!found) throw new Error(`${name} does not have the servers that it should have.`);
  return [text.slice(0, found.index), text.slice(found.index + found[0].length)];
}

/** A YAML document as JSON text, without its servers. */
async function jsonOf(name: string): Promise<string> {
  const worker = new Worker(new URL('./yaml-to-json.ts', import.meta.url), {
    workerData: join(directory, name),
  });
  const [text] = (await once(worker, 'message')) as [string];
  return text;
}

/** A text in YAML, where quoted texts are written as in JSON. */
const quoted = (text: string) => JSON.stringify(text);

/** A browser shows plain text and downloads what says that it is YAML. */
function sendYaml(request: FastifyRequest, reply: FastifyReply, text: string): FastifyReply {
  const isForBrowser = wantsHtml(request.headers.accept);
  return reply
    .type(isForBrowser ? 'text/plain; charset=utf-8' : 'application/yaml')
    .header('vary', 'accept')
    .send(text);
}
