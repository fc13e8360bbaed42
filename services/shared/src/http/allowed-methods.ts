import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../errors.ts';
import { problemOf, refuseUnknownRoute } from './problem-details.ts';

/** Answers a request for which there is no route. */
export type UnknownRouteHandler = (request: FastifyRequest, reply: FastifyReply) => FastifyReply;

/**
 * Makes a handler that answers 405 with `Allow` if the path has routes with other methods (RFC 9110 section 15.5.6), and
 * leaves every other path to `refusePath`. Call it before routes are added.
 */
export function methodAwareRefusal(
  app: Pick<FastifyInstance, 'addHook'>,
  refusePath: UnknownRouteHandler = refuseUnknownRoute,
): UnknownRouteHandler {
  const routes = new Map<string, { pattern: RegExp; methods: Set<string> }>();
  app.addHook('onRoute', ({ url, method }) => {
    const route = routes.get(url) ?? { pattern: patternOf(url), methods: new Set() };
    for (const one of [method].flat()) route.methods.add(one);
    routes.set(url, route);
  });
  return (request, reply) => {
    const path = (request.url.split('?', 1)[0] ?? '').replace(/(?<=.)\/$/, '');
    const allowed = [...routes.values()].flatMap(({ pattern, methods }) =>
      pattern.test(path) ? [...methods] : [],
    );
    // The router refuses some addresses of a route, such as those with a line break.
    if (allowed.length === 0 || allowed.includes(request.method)) return refusePath(request, reply);
    const error = new AppError('method-not-allowed', `${request.method} is not supported here.`);
    return reply
      .code(error.status)
      .header('allow', [...new Set(allowed)].toSorted().join(', '))
      .type('application/problem+json')
      .send(problemOf(error, request.id));
  };
}

/** A route's path as a pattern: `:name` is one segment or a part of one, `*` the rest. */
function patternOf(url: string): RegExp {
  const pattern = url
    .replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll(/:\w+/g, '[^/]+')
    .replaceAll('*', '.*');
  return new RegExp(`^${pattern}$`);
}
