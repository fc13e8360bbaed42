import type { RequestListener } from 'node:http';
import type { onRequestHookHandler } from 'fastify';
import { headersForService } from './proxy-headers.ts';
import { pathOf } from './request-target.ts';

/**
 * Hands a request to a service of this process, if it runs here, with the headers that a proxied request would have. What the
 * gateway set for the answer stays, unless the service replaces it. Hooks that run before have checked and counted the request.
 */
export function handOverTo(serviceHere: () => RequestListener | undefined): onRequestHookHandler {
  return (request, reply, done) => {
    const handle = serviceHere();
    if (!handle) {
      done();
      return;
    }
    const { raw } = request;
    const { 'content-length': length, 'transfer-encoding': encoding } = raw.headers;
    raw.headers = {
      ...headersForService(request),
      ...(length === undefined ? {} : { 'content-length': length }),
      ...(encoding === undefined ? {} : { 'transfer-encoding': encoding }),
    };
    raw.url = pathOf(raw.url ?? '');
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value);
    reply.hijack();
    handle(raw, reply.raw);
  };
}
