import fc, { type Arbitrary } from 'fast-check';
import type { RouteDescription } from '../../../scripts/describe-services.ts';
import { requestsTo, type Request } from './requests.ts';

/** Values that some program somewhere has stumbled over. */
const hostile: unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e308,
  Number.MAX_SAFE_INTEGER + 1,
  '',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\u202e',
  'a'.repeat(70_000),
  '😀'.repeat(300),
  `${'a'.repeat(60_000)}\u0000`,
  '9'.repeat(400),
  `2027-01-01T00:00:00.${'0'.repeat(10_000)}Z`,
  '2026-01-01T00:00:00+23:59',
  '2026-02-30',
  '+012345-01-01T00:00:00Z',
  'infinity',
  "'; DROP TABLE tasks; --",
  '../../etc/passwd',
  '%00',
  '{}',
  '__proto__',
  [],
  Array.from({ length: 5_000 }, () => 'a'),
  {},
  JSON.parse('{"__proto__":{"a":1}}'),
  JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`),
];

const rawBodies = [
  '',
  '{',
  '[',
  'null',
  '"a"',
  '{"title":"\\ud800"}',
  '{"title":1e999}',
  '['.repeat(30_000),
  '{"a":1,"a":2}',
  '\u0000',
  'BEGIN:VCALENDAR',
];
const mediaTypes = [
  'application/json',
  'application/merge-patch+json',
  'text/calendar',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'application/json; charset=utf-7',
  '',
];
const suffixes = [
  '',
  '/',
  '//',
  '%00',
  '%ff',
  '/..',
  '?',
  '?limit=-1',
  '?limit=1&limit=2',
  '?cursor=%00',
  '?offset=1e9',
  `?q=${'a'.repeat(5_000)}`,
  '?a[b]=c',
  '?%',
  ';a=b',
  '#',
];
const headers: Record<string, string>[] = [
  {},
  { 'if-match': '"1"' },
  { 'if-match': 'x'.repeat(2_000) },
  { 'if-none-match': '*' },
  { 'idempotency-key': 'é' },
  { 'idempotency-key': 'a'.repeat(300) },
  { 'rondo-turn': 'turn' },
  { 'rondo-turn': 'a'.repeat(300) },
  { traceparent: '00-zz' },
  { accept: 'image/png' },
];

/** Requests to a route that its schemas admit, except for one thing that is wrong with each. */
export function spoiltRequestsTo(route: RouteDescription, ids: readonly string[]): Arbitrary<Request> {
  return fc
    .record({
      request: requestsTo(route, ids),
      way: fc.constantFrom('field', 'value', 'body', 'path', 'parameter', 'header'),
      value: fc.constantFrom(...hostile),
      at: fc.nat(),
      raw: fc.oneof(fc.constantFrom(...rawBodies), fc.string({ unit: 'binary', maxLength: 200 })),
      mediaType: fc.constantFrom(...mediaTypes),
      suffix: fc.constantFrom(...suffixes),
      header: fc.constantFrom(...headers),
    })
    .map(({ request, way, value, at, raw, mediaType, suffix, header }): Request => {
      const typed = { ...request.headers, ...(mediaType === '' ? {} : { 'content-type': mediaType }) };
      if (way === 'field') return { ...request, body: withHostileField(request.body, value, at) };
      if (way === 'value') return { ...request, body: value };
      if (way === 'body') return { ...request, body: raw, headers: typed };
      if (way === 'path') return { ...request, path: `${request.path}${suffix}` };
      if (way === 'parameter') return { ...request, path: withHostileParameter(request.path, value, at) };
      return { ...request, headers: { ...request.headers, ...header } };
    });
}

/** Replaces a field somewhere in a value. */
function withHostileField(body: unknown, value: unknown, at: number): unknown {
  if (typeof body !== 'object' || body === null) return value;
  const names = Object.keys(body);
  const name = names[at % Math.max(names.length, 1)] ?? 'title';
  const copy: Record<string, unknown> | unknown[] = Array.isArray(body)
    ? [...(body as unknown[])]
    : { ...body };
  const below = (body as Record<string, unknown>)[name];
  const isDeeper = typeof below === 'object' && below !== null && at % 2 === 0;
  (copy as Record<string, unknown>)[name] = isDeeper
    ? withHostileField(below, value, Math.floor(at / 2))
    : value;
  return copy;
}

function withHostileParameter(path: string, value: unknown, at: number): string {
  const plain = typeof value === 'string' ? value : JSON.stringify(value);
  const text = encodeURIComponent(plain.toWellFormed()).slice(0, 8_000);
  const [place = '', query = ''] = path.split('?', 2);
  const parameters = query.split('&');
  const [name = 'limit'] = (parameters[at % parameters.length] ?? '').split('=', 1);
  if (at % 3 === 0) return place.replace(/[0-9a-f-]{36}/, text);
  return `${place}?${[...parameters.filter((one) => one !== ''), `${name || 'limit'}=${text}`].join('&')}`;
}
