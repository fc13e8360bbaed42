import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Settings } from 'typebox/system';
import { channelKinds, ChannelTarget } from '../../../src/contracts/channel-target.ts';
import { NotificationSettings } from '../../../src/contracts/notification.ts';
import { TaskCreation, TaskDraft } from '../../../src/contracts/task.ts';
import { fieldErrorsOf } from '../../../src/http/validation/field-errors.ts';
import type { Issue } from '../../../src/http/validation/issue.ts';
import { createValidator } from '../../../src/http/validation/validator.ts';

Settings.Set({ maxErrors: 60 });

const settings = { time_zone: 'UTC', digest_at: null };
const wrong: [schema: TSchema, value: unknown, errors: Record<string, string>][] = [
  [TaskCreation, { titel: 'x' }, { titel: 'is an unknown field; did you mean title?' }],
  [TaskCreation, { color: 'red' }, { color: 'is an unknown field' }],
  [TaskDraft, {}, { title: 'is required' }],
  [TaskCreation, { title: '' }, { title: 'must not be empty' }],
  [TaskCreation, { title: ' ' }, { title: 'must be text with at least one visible character' }],
  [TaskCreation, { status: 'done' }, { status: 'must be "pending", "in_progress" or "complete"' }],
  [TaskCreation, { priority: 9 }, { priority: 'must be at most 4' }],
  [TaskCreation, { priority: '2' }, { priority: 'must be a whole number' }],
  [TaskCreation, { list: 5 }, { list: 'must be a string, or null' }],
  [TaskCreation, { labels: ['a', 'a'] }, { labels: 'must not contain the same item twice' }],
  [TaskCreation, { id: 'x' }, { id: 'must be a UUIDv7 in lower case' }],
  [
    TaskCreation,
    { due_date: 'tomorrow' },
    {
      due_date:
        'must be a date (RFC 3339), such as 2026-12-01, or a date and time with an offset (RFC 3339), such as 2026-12-01T09:00:00Z, or for a floating task, a date and time without an offset, such as 2026-12-01T09:00:00',
    },
  ],
  [
    TaskCreation,
    { due_date: `2026-12-01T09:00:00.${'1'.repeat(15)}Z` },
    {
      due_date:
        'must be a date (RFC 3339), such as 2026-12-01, or a date and time with an offset (RFC 3339), such as 2026-12-01T09:00:00Z',
    },
  ],
  [
    NotificationSettings,
    { ...settings, quiet_hours: { begin: '22:00', to: '07:00' } },
    { 'quiet_hours/from': 'is required', 'quiet_hours/begin': 'is an unknown field' },
  ],
  [
    TaskCreation,
    { reminders: [{ before: 'soon' }] },
    { 'reminders/0/before': 'must be a duration (ISO 8601), such as PT30M or P1D' },
  ],
  [
    TaskCreation,
    { reminders: [{}] },
    { 'reminders/0/at': 'is required', 'reminders/0/before': 'is required' },
  ],
  [ChannelTarget, { kind: 'email', address: 'nobody' }, { address: 'must be an e-mail address' }],
  [ChannelTarget, { kind: 'email' }, { address: 'is required' }],
  [
    ChannelTarget,
    { kind: 'fax' },
    {
      kind: `must be ${channelKinds.map((kind) => `"${kind}"`).join(', or ')}`,
    },
  ],
  [Type.Object({}), 5, { '': 'must be an object' }],
];

for (const [schema, value, errors] of wrong) {
  test(`${JSON.stringify(value)}: ${Object.values(errors).join('; ')}`, () => {
    const issues = Compile(schema).Errors(value) as Issue[];
    const found = fieldErrorsOf(issues, schema as unknown as Record<string, unknown>, 'body');
    assert.deepEqual(Object.fromEntries(found.map(({ field, message }) => [field, message])), errors);
  });
}

test('a query string that is no object is named', () => {
  const schema = Type.Object({});
  const issues = Compile(schema).Errors(5) as Issue[];
  assert.deepEqual(fieldErrorsOf(issues, schema as unknown as Record<string, unknown>, 'querystring'), [
    { field: 'querystring', message: 'must be an object' },
  ]);
});

test('a text that is too long for each form of a value gets the longest bound', () => {
  const issues = createValidator(TaskCreation).issuesOf({ due_date: '1'.repeat(41) });
  assert.deepEqual(fieldErrorsOf(issues, TaskCreation as unknown as Record<string, unknown>, 'body'), [
    { field: 'due_date', message: 'must have at most 40 characters' },
  ]);
});
