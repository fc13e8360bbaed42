import fc, { type Arbitrary } from 'fast-check';
import type { RouteDescription } from '../../../scripts/describe-services.ts';
import { arbitraryOf } from './arbitrary-of.ts';

export type Request = { method: string; path: string; body?: unknown; headers: Record<string, string> };

/** Requests that the schemas of a route admit. @param ids of things that exist */
export function requestsTo(
  { method, path, schema }: RouteDescription,
  ids: readonly string[],
): Arbitrary<Request> {
  const { params, querystring, body, consumes } = schema;
  return fc
    .record({
      params: arbitraryOf(params ?? { type: 'object', properties: {} }, ids),
      query: arbitraryOf(querystring ?? { type: 'object', properties: {} }, ids),
      body: body === undefined ? fc.constant(undefined) : arbitraryOf(body, ids),
      key: fc.option(fc.uuid({ version: 7 }), { nil: undefined, freq: 4 }),
      turn: fc.option(turnFrom(ids), { nil: undefined, freq: 4 }),
    })
    .map((made) => ({
      method,
      path: pathOf(path, made.params as Record<string, unknown>, made.query as Record<string, unknown>),
      ...(made.body === undefined ? {} : { body: made.body }),
      headers: {
        ...(consumes?.[0] === undefined ? {} : { 'content-type': consumes[0] }),
        ...(made.key === undefined ? {} : { 'idempotency-key': made.key }),
        ...(made.turn === undefined ? {} : { 'rondo-turn': made.turn }),
      },
    }));
}

/** The id of something that exists: an undo of a turn is sent such ids, too. */
function turnFrom(ids: readonly string[]): Arbitrary<string> {
  return ids.length === 0 ? fc.uuid({ version: 7 }) : fc.constantFrom(...ids);
}

function pathOf(path: string, params: Record<string, unknown>, query: Record<string, unknown>): string {
  const filled = path.replaceAll(/:([a-z_]+)/g, (_, name: string) =>
    encodeURIComponent(textOf(params[name])),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, textOf(one));
  return search.size === 0 ? filled : `${filled}?${search.toString()}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? 'x');
}
