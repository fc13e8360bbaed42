import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from 'typebox';
import { Count, Uuid } from '../../src/contracts/scalars.ts';
import { byTime, defineCursor } from '../../src/http/cursor.ts';

const id = '0190aaaa-0000-7000-8000-000000000001';
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

test('a cursor gives back the fields of its row', () => {
  const cursor = defineCursor('inbox', byTime);
  const row = { at: '2026-03-01T10:00:00.123Z', id };
  assert.deepEqual(cursor.decode(cursor.encode(row)), row);
});

test('a cursor of another list, of other fields or with other text is refused', () => {
  const cursor = defineCursor('snapshot', { seq: Count, id: Uuid });
  const wrong = [
    '',
    'made-up',
    encoded(null),
    encoded({ seq: 1 }),
    encoded(['snapshot', 1]),
    encoded(['snapshot', 1, id, 1]),
    encoded(['snapshot', 'x', 'y']),
    encoded(['snapshot', -1, id]),
    encoded(['snapshot', 1, '\u0000']),
    encoded(['changes', 1, id]),
  ];
  for (const text of wrong) assert.throws(() => cursor.decode(text), { code: 'invalid-input' }, text);
  const timed = defineCursor('created', { ...byTime, kind: Type.Literal('a') });
  for (const at of ['x', 'infinity', '2026-13-01T00:00:00Z', '2026-01-01T00:00:00+23:59'])
    assert.throws(() => timed.decode(encoded(['created', at, id, 'a'])), { code: 'invalid-input' }, at);
});
