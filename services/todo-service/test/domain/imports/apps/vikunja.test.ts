import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fixture, readFileOf, readingOf } from '../../../support/import-file.ts';
import { zipOf } from '../../../support/zip-of.ts';

describe('vikunja', () => {
  const flat = { list: 'Flat' };
  const expected = {
    format: 'vikunja',
    tasks: [
      {
        title: 'Compare prices',
        below: 'Find a flat',
        status: 'complete',
        priority: 4,
        createdAt: '2026-01-04T10:00:00.000Z',
        completedAt: '2026-11-02T10:39:31.000Z',
        ...flat,
      },
      {
        title: 'Find a flat',
        description:
          'Near the river & a park (https://example.com/park)\n- [x] north\n- [ ] south\n\nComment (Ada, 2026-02-01): Too small',
        status: 'in_progress',
        priority: 1,
        labels: ['urgent'],
        start: '2026-12-20T09:00:00+01:00',
        due_date: '2026-12-24T12:00:00+01:00',
        reminders: [{ before: 'PT30M' }],
        createdAt: '2026-01-03T10:00:00.000Z',
        ...flat,
      },
      {
        title: 'Ask Anna',
        below: 'Find a flat',
        description: 'plain & simple',
        status: 'pending',
        priority: 3,
        due_date: '2026-12-01T09:00:00+01:00',
        recurrence_rule: 'FREQ=WEEKLY;BYDAY=TU',
        recurrence_basis: 'completion',
        createdAt: '2026-01-05T10:00:00.000Z',
        ...flat,
      },
      {
        title: 'Move',
        status: 'pending',
        priority: 2,
        labels: ['Waiting'],
        due_date: '2026-12-02T09:00:00+01:00',
        recurrence_rule: 'FREQ=WEEKLY;INTERVAL=2',
        createdAt: '2026-01-06T10:00:00.000Z',
        ...flat,
      },
      {
        title: 'Loose',
        description: 'Recurrence: FREQ=HOURLY;INTERVAL=1',
        status: 'pending',
        priority: 4,
        createdAt: '2026-01-07T10:00:00.000Z',
      },
    ],
    skipped: [],
    notes: [
      'Find a flat: not imported: people who it is assigned to (1)',
      'Find a flat: not imported: attachments (1)',
      'Find a flat: not imported: its relations to other tasks (blocking)',
      'Loose: its recurrence was not understood, or has no date; it is in the description',
    ],
  };

  test('the JSON of an export', async () => {
    assert.deepEqual(await readingOf(await fixture('vikunja.json')), expected);
  });

  test('its zip', async () => {
    const zip = await zipOf({
      'data.json': await fixture('vikunja.json'),
      'filters.json': '[]',
      VERSION: 'v2.5.0',
    });
    assert.deepEqual(await readingOf(zip), expected);
  });

  test('tasks of two servers have different keys', async () => {
    const keyOf = async (created: string) =>
      (await readFileOf(JSON.stringify([{ title: 'P', tasks: [{ id: 1, title: 'a', created }] }]))).drafts[0]
        ?.key;
    assert.notEqual(await keyOf('2026-01-01T10:00:00Z'), await keyOf('2026-01-02T10:00:00Z'));
  });
});
