import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import Fastify from 'fastify';

let script: Promise<Buffer> | undefined;

/**
 * The script of the API reference (Scalar), gzipped. The package holds 5 MB of it as a string: it is loaded when the first
 * reader comes, so that a start does not pay for it.
 */
export function referenceScript(): Promise<Buffer> {
  return (script ??= load());
}

async function load(): Promise<Buffer> {
  const { default: scalar } = await import('@scalar/fastify-api-reference');
  const app = Fastify();
  await app.register(scalar, { routePrefix: '/docs', configuration: { url: '/openapi.json' } });
  const { rawPayload } = await app.inject('/docs/js/scalar.js');
  await app.close();
  return promisify(gzip)(rawPayload);
}
