import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Type, type TSchema } from 'typebox';
import { ChannelTarget } from '../../../src/contracts/channel-target.ts';
import { TaskCreation, TaskDraft, TaskPatch } from '../../../src/contracts/task.ts';
import { boundsOf, isDeeper } from '../../../src/http/validation/bounds.ts';
import { createValidator } from '../../../src/http/validation/validator.ts';

const Bulk = Type.Object({
  operations: Type.Array(
    Type.Union([
      Type.Object({ op: Type.Literal('create'), ...TaskDraft.properties }, { additionalProperties: false }),
      Type.Object({ op: Type.Literal('patch'), ...TaskPatch.properties }, { additionalProperties: false }),
      Type.Object({ op: Type.Enum(['complete', 'reopen']) }, { additionalProperties: false }),
    ]),
    { maxItems: 3 },
  ),
});
const many = (length: number) => Array.from({ length }, () => 'a');
const named = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`x${n}`, 1]));

const beyond: [schema: TSchema, value: unknown, issue: [keyword: string, place: string]][] = [
  [TaskCreation, { title: `${'a'.repeat(64_000)}\u0000` }, ['maxLength', '/title']],
  [TaskCreation, { title: '😀'.repeat(256) }, ['maxLength', '/title']],
  [TaskCreation, { labels: many(51) }, ['maxItems', '/labels']],
  [TaskCreation, { labels: ['a', 'a'.repeat(61)] }, ['maxLength', '/labels/1']],
  [TaskCreation, { due_date: `2027-01-01T00:00:00.${'0'.repeat(1_000_000)}Z` }, ['maxLength', '/due_date']],
  [TaskCreation, { reminders: [{ before: 'P'.repeat(29) }] }, ['maxLength', '/reminders/0/before']],
  [TaskCreation, { parent_id: 'a'.repeat(37) }, ['maxLength', '/parent_id']],
  [TaskCreation, named(21), ['additionalProperties', '']],
  [Bulk, { operations: many(4) }, ['maxItems', '/operations']],
  [Bulk, { operations: [{ op: 'create', title: 'a'.repeat(256) }] }, ['maxLength', '/operations/0/title']],
  // The other branches of a union say what is wrong too.
  [Bulk, { operations: [{ op: 'complete', labels: many(51) }] }, ['maxItems', '/operations/0/labels']],
  [Bulk, { operations: [{ op: 'none', labels: many(51) }] }, ['maxItems', '/operations/0/labels']],
  // Without its `op` or `kind` a value can belong to no branch, and all branches would list its fields.
  [Bulk, { operations: [named(21)] }, ['additionalProperties', '/operations/0']],
  [ChannelTarget, named(21), ['additionalProperties', '']],
  [ChannelTarget, { kind: 'email', address: 'a'.repeat(255) }, ['maxLength', '/address']],
];

describe('a value beyond a bound is refused by that bound', () => {
  for (const [schema, value, [keyword, place]] of beyond)
    test(`${keyword} at ${place || 'the value'}`, () => {
      const issue = boundsOf(schema)(value);
      assert.deepEqual([issue?.keyword, issue?.instancePath], [keyword, place]);
      assert.deepEqual(createValidator(schema).issuesOf(value), [issue]);
    });
});

const within: [schema: TSchema, value: unknown][] = [
  [TaskCreation, { title: '😀'.repeat(255), labels: many(50).map((label, n) => `${label}${n}`) }],
  [TaskCreation, { due_date: '2027-01-01T00:00:00.123456789+14:00' }],
  [TaskCreation, { due_date: '2027-01-01', parent_id: null }],
  [Bulk, { operations: [{ op: 'complete' }, { op: 'create', title: 'a'.repeat(255) }] }],
];

test('a value within all bounds is not', () => {
  for (const [schema, value] of within) {
    assert.equal(boundsOf(schema)(value), undefined, JSON.stringify(value));
    assert.ok(createValidator(schema).accepts(value), JSON.stringify(value));
  }
});

test('JSON may be nested 32 levels deep', () => {
  const nested = (depth: number) =>
    JSON.parse('[{"a":'.repeat(depth / 2) + '1' + '}]'.repeat(depth / 2)) as unknown;
  assert.deepEqual([isDeeper(nested(32), 32), isDeeper(nested(34), 32)], [false, true]);
  const anything = createValidator(Type.Unknown());
  assert.ok(anything.accepts(nested(32)));
  assert.deepEqual(
    anything.issuesOf(nested(100_000)).map(({ message }) => message),
    ['must not be nested more than 32 levels deep'],
  );
});

const dateTimes: [text: string, isAccepted: boolean][] = [
  ['2026-01-01T00:00:00+14:00', true],
  ['2026-01-01T00:00:00-13:59', true],
  ['2026-01-01t00:00:00.000000001z', true],
  ['1001-01-01T00:00:00Z', true],
  ['9998-12-31T23:59:59Z', true],
  ['2026-01-01T00:00:00+14:01', false],
  ['2026-01-01T00:00:00+23:59', false],
  ['2026-05-06T00:00:00-18:04', false],
  ['2026-01-01T00:00:00.0000000001Z', false],
  ['2026-01-01T00:00:00Z[Europe/Berlin]', false],
  ['2026-06-30T23:59:60Z', false],
  ['1000-12-31T23:59:59Z', false],
  ['9999-01-01T00:00:00Z', false],
];

test('a date-time has at most nine digits of a fraction and an offset within 14 hours', () => {
  const { accepts } = createValidator(TaskCreation);
  for (const [text, isAccepted] of dateTimes)
    assert.equal(accepts({ title: 'a', due_date: text }), isAccepted, text);
});
