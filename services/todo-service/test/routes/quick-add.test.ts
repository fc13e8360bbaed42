import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import { Compile } from 'typebox/compile';
import { QuickAdd } from '@rondo/shared/contracts/quick-add';
import type { Task } from '@rondo/shared/contracts/task';
import type { ChangePage } from '@rondo/shared/contracts/task-event';
import { sendAtOnce } from '@rondo/shared/test/send-at-once';
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

test('words that were not understood stay in the title and are named', async () => {
  const ada = await person();
  const { body } = await ada.call<QuickAdd>('POST', '/api/v1/tasks/parse', {
    text: 'gym every day except the holidays',
    now,
  });
  assert.deepEqual(body.draft, { title: 'gym every day except the holidays' });
  assert.deepEqual(body.unread, [{ start: 4, end: 20, text: 'every day except' }]);
});

test('dates in numbers are read in the order of the request, then of the locale of the token, then month first', async () => {
  const phrase = { text: 'pay 5/6', now };
  const dueFor = async (locale: string | undefined, body: object = phrase) => {
    const token = await issuer.tokenFor({ sub: v7(), ...(locale === undefined ? {} : { locale }) });
    const response = await fetch(`${service.url}/api/v1/tasks/parse`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return ((await response.json()) as QuickAdd).draft.due_date;
  };
  assert.equal(await dueFor(undefined), '2027-05-06');
  assert.equal(await dueFor('en-GB'), '2027-06-05');
  assert.equal(await dueFor('de_AT'), '2027-06-05');
  assert.equal(await dueFor('en-US'), '2027-05-06');
  assert.equal(await dueFor('not a locale'), '2027-05-06');
  assert.equal(await dueFor('en-GB', { ...phrase, date_order: 'mdy' }), '2027-05-06');
  const ada = await person();
  const created = await ada.call<Task>('POST', '/api/v1/tasks', {
    quick_add: 'pay 5/6',
    now,
    date_order: 'dmy',
  });
  assert.equal(created.body.due_date, '2027-06-05');
});

test('the dates that a phrase leaves out begin its series, unless another rule is given', async () => {
  const ada = await person();
  const quick_add = 'bins every tuesday except 1 december';
  const created = await ada.call<Task>('POST', '/api/v1/tasks', { quick_add, now });
  const { title, due_date, recurrence_rule } = created.body;
  assert.deepEqual(
    { title, due_date, recurrence_rule },
    { title: 'bins', due_date: '2026-11-24', recurrence_rule: 'FREQ=WEEKLY;BYDAY=TU' },
  );
  await ada.call('POST', '/api/v1/tasks', { quick_add, now, recurrence_rule: 'FREQ=DAILY' });
  const { body } = await ada.call<ChangePage>('GET', '/api/v1/changes?since=0');
  assert.deepEqual(
    body.changes.map(({ payload: { exdates, rdates } }) => [exdates, rdates]),
    [
      [['2026-12-01'], undefined],
      [undefined, undefined],
    ],
  );
});

for (const [what, body, field] of [
  ['neither title nor phrase', {}, 'title'],
  ['a blank phrase', { quick_add: '  ' }, 'quick_add'],
  ['a phrase of 2,001 characters', { quick_add: 'x'.repeat(2_001) }, 'quick_add'],
  ['a phrase whose title is too long', { quick_add: 'x'.repeat(300) }, 'quick_add'],
  ['an invalid zone', { quick_add: 'milk', time_zone: 'Mars/Olympus' }, 'time_zone'],
  ['now without a phrase', { title: 'milk', now }, 'now'],
  ['a date order without a phrase', { title: 'milk', date_order: 'dmy' }, 'date_order'],
  ['an unknown date order', { quick_add: 'milk', date_order: 'ymd' }, 'date_order'],
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

test('what is too long or too much for a task is shown as it was read', async () => {
  const ada = await person();
  const labels = Array.from({ length: 200 }, (_, n) => `@l${n}`).join(' ');
  for (const text of ['x'.repeat(1_990), `Buy oats #${'l'.repeat(500)}`, `Buy oats ${labels}`]) {
    const { status, body } = await ada.call<QuickAdd>('POST', '/api/v1/tasks/parse', { text });
    assert.equal(status, 200);
    assert.ok(Compile(QuickAdd).Check(body), 'an answer as it is described');
    assert.equal((await ada.call('POST', '/api/v1/tasks', { quick_add: text })).status, 422);
  }
});

for (const [what, path, field, status] of [
  ['previews of phrases', '/api/v1/tasks/parse', 'text', 200],
  ['creations by phrases, whose titles are too long,', '/api/v1/tasks', 'quick_add', 422],
] as const)
  test(`between ${what} that come at once, the event loop looks at everything else`, async () => {
    const { token } = await person();
    const body = { [field]: `${'long '.repeat(60)} every month on the 1st at 9` };
    const { statuses, turns } = await sendAtOnce(service.url, { path, token, body, count: 100 });
    assert.deepEqual(
      statuses,
      Array.from({ length: 100 }, () => status),
    );
    assert.ok(turns >= 100, `${turns} turns`);
  });
