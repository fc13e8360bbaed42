import { v7 } from 'uuid';

type Poison = { what: string; value: Buffer };

const text = (what: string, value: string): Poison => ({ what, value: Buffer.from(value) });
const json = (what: string, value: unknown): Poison => text(what, JSON.stringify(value));
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const envelope = { specversion: '1.0', source: 'todo-service', topic: 'task-events' };

/** Values of records that no consumer can process, and that some parser, column or encoder can't take. */
export const poison: Poison[] = [
  text('nothing', ''),
  text('no JSON', 'not even JSON'),
  text('half an event', '{"specversion":"1.0","id":"half'),
  ...['null', 'true', '5', '"text"', '["an array"]', '{}'].map((value) => text(`the JSON ${value}`, value)),
  { what: 'invalid UTF-8', value: Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x7d]) },
  { what: 'bytes of every value', value: Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)) },
  { what: 'a byte order mark', value: Buffer.from('\u{FEFF}{"id":"marked","data":{}}') },
  json('an id that is a number', { id: 5, data: {} }),
  json('an id that is an object', { ...envelope, id: { toString: 'x' }, data: {} }),
  json('an id with NUL', { ...envelope, id: 'a\u0000b', data: {} }),
  json('an id of half a character', { ...envelope, id: '\uD800', data: {} }),
  json('an empty id', { ...envelope, id: '', data: {} }),
  json('a long id', { ...envelope, id: 'x'.repeat(100_000), data: {} }),
  json('a topic with NUL', { ...envelope, id: v7(), topic: 'task\u0000events', data: {} }),
  json('a topic that is an array', { ...envelope, id: v7(), topic: ['task-events'], data: {} }),
  json('a topic of a prototype', { ...envelope, id: v7(), topic: '__proto__', data: {} }),
  json('a topic of a constructor', { ...envelope, id: v7(), topic: 'constructor', data: {} }),
  text('a prototype', `{"__proto__":{"data":{}},"source":"todo-service","id":"${v7()}"}`),
  text(
    'a prototype as data',
    `{"id":"${v7()}","source":"todo-service","data":{"__proto__":{"schema_version":"1.0"}}}`,
  ),
  json('an invalid trace', { ...envelope, id: v7(), traceparent: 'x'.repeat(5_000), data: {} }),
  json('NUL in the data', { ...envelope, id: v7(), data: 'text \u0000' }),
  json('half a character in the data', { ...envelope, id: v7(), data: { '\uDC00': '\uD800' } }),
  json('an odd version', { ...envelope, id: v7(), data: { schema_version: '\u0000'.repeat(5_000) } }),
  json('an invalid workspace', { ...envelope, id: v7(), data: { workspace_id: 'no uuid', task_id: {} } }),
  text('deep data', `{"id":"${v7()}","source":"todo-service","data":${nested(60)}}`),
  text('deeper data', `{"id":"${v7()}","source":"todo-service","data":${nested(3_000)}}`),
  text('bottomless data', `{"id":"${v7()}","source":"todo-service","data":${nested(200_000)}}`),
  text(
    'numbers beyond all bounds',
    `{"id":"${v7()}","source":"todo-service","data":{"seq":1e999,"version":-0}}`,
  ),
  json('huge data', { ...envelope, id: v7(), data: { text: '\u0001'.repeat(150_000) } }),
  json('many fields', {
    ...envelope,
    id: v7(),
    data: Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [n, n])),
  }),
  json('no source', { id: v7(), data: {} }),
  json('a source that may not write here', { ...envelope, source: 'audit-service', id: v7(), data: {} }),
  json('a source of a prototype', { ...envelope, source: '__proto__', id: v7(), data: {} }),
];
