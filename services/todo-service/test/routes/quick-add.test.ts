import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import type { QuickAdd } from '@rondo/shared/contracts/quick-add';
import type { Task } from '@rondo/shared/contracts/task';
import { startTestService } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';

const { person, issuer, service } = await startTestService({ after }, todoService);
const now = '2026-11-21T10:00:00Z';

test('a phrase creates a task; given fields override the phrase', async () => {
  const ada = await person();
  const rent = await ada.call<Task>('POST', '/api/v1/tasks', {
    quick_add: 'Pay rent every month on the 1st at 9 #home @money !2, remind me 1 day before',
    now,
    time_zone: 'Europe/Berlin',
  });
  const { title, due_date, time_zone, recurrence_rule, list, labels, priority, reminders } = rent.body;
  assert.equal(rent.status, 201);
  assert.deepEqual(
    { title, due_date, time_zone, recurrence_rule, list, labels, priority, reminders },
    {
      title: 'Pay rent',
      due_date: '2026-12-01T09:00:00+01:00',
      time_zone: 'Europe/Berlin',
      recurrence_rule: 'FREQ=MONTHLY;BYMONTHDAY=1',
      list: 'home',
      labels: ['money'],
      priority: 2,
      reminders: [{ before: 'P1D' }],
    },
  );
  const given = await ada.call<Task>('POST', '/api/v1/tasks', {
    quick_add: 'Call Bob tomorrow !1',
    now,
    title: 'Call Alice',
    priority: 3,
  });
  assert.deepEqual(
    [given.body.title, given.body.due_date, given.body.priority],
    ['Call Alice', '2026-11-22', 3],
  );
});

test("a phrase is parsed in the zone of the person's token, and in UTC if it names none", async () => {
  const phrase = { text: 'call at 9', now };
  const dueFor = async (zoneinfo: string | undefined) => {
    const token = await issuer.tokenFor({ sub: v7(), ...(zoneinfo === undefined ? {} : { zoneinfo }) });
    const response = await fetch(`${service.url}/api/v1/tasks/parse`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(phrase),
    });
    return ((await response.json()) as QuickAdd).draft.due_date;
  };
  assert.equal(await dueFor('Asia/Kathmandu'), '2026-11-22T09:00:00+05:45');
  assert.equal(await dueFor('Nowhere/Land'), '2026-11-22T09:00:00+00:00');
  assert.equal(await dueFor(undefined), '2026-11-22T09:00:00+00:00');
});

test('parse returns the kind of each span and a sentence that parses the same, and creates nothing', async () => {
  const ada = await person();
  const { status, body } = await ada.call<QuickAdd>('POST', '/api/v1/tasks/parse', {
    text: 'Buy milk tomorrow #shop',
    now,
  });
  assert.equal(status, 200);
  assert.deepEqual(body.spans, [
    { start: 9, end: 17, kind: 'date' },
    { start: 18, end: 23, kind: 'list' },
  ]);
  const again = await ada.call<QuickAdd>('POST', '/api/v1/tasks/parse', { text: body.sentence, now });
  assert.deepEqual(again.body.draft, body.draft);
  assert.equal((await ada.call<{ total: number }>('GET', '/api/v1/tasks')).body.total, 0);
});

for (const [what, body, field] of [
  ['neither title nor phrase', {}, 'title'],
  ['a blank phrase', { quick_add: '  ' }, 'quick_add'],
  ['a phrase of 2,001 characters', { quick_add: 'x'.repeat(2_001) }, 'quick_add'],
  ['a phrase whose title is too long', { quick_add: 'x'.repeat(300) }, 'quick_add'],
  ['an invalid zone', { quick_add: 'milk', time_zone: 'Mars/Olympus' }, 'time_zone'],
  ['now without a phrase', { title: 'milk', now }, 'now'],
] as const) {
  test(`${what} is 422 and names ${field}`, async () => {
    const ada = await person();
    const answer = await ada.call<{ errors: { field: string }[] }>('POST', '/api/v1/tasks', body);
    assert.deepEqual([answer.status, answer.body.errors[0]?.field], [422, field]);
  });
}

test('a creation by phrase is idempotent', async () => {
  const ada = await person();
  const body = { id: v7(), quick_add: 'water plants every 3 days', now };
  assert.equal((await ada.call('POST', '/api/v1/tasks', body)).status, 201);
  assert.equal((await ada.call('POST', '/api/v1/tasks', body)).status, 200);
});
