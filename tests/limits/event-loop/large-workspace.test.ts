/** Reading a large workspace in any form never blocks the event loop of a host for longer than 50 ms. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChangePage } from '@rondo/shared/contracts/task-event';
import { eventually } from '@rondo/shared/test/eventually';
import { davClient, multiget, query } from '../../../services/todo-service/test/support/dav-client.ts';
import type { Person } from '../../support/person.ts';
import { assertUnblocked, openWatchedHost } from '../../support/watched-host.ts';

const taskCount = 10_000;
const operationsOfBulk = 500;
const words = ['rent', 'Straße', '漢字', 'naïve', 'ﬁnish', 'İstanbul', '😀 party', 'the', 'a', 'e\u0301tude'];

/** Creates floating tasks, as many in a command as one admits. */
async function fill(ada: Person): Promise<string[]> {
  const ids: string[] = [];
  for (let from = 0; from < taskCount; from += operationsOfBulk) {
    const operations = Array.from({ length: operationsOfBulk }, (_, n) => ({
      op: 'create',
      title: `${words[(from + n) % words.length]} ${from + n} of the plan`,
      description: `${words.join(' ')} `.repeat(20),
      labels: [`label ${n % 50}`],
      list: `list ${n % 20}`,
      is_floating: true,
      due_date: `2027-0${1 + (n % 9)}-10T08:00:00`,
      reminders: [{ before: 'PT1H' }],
    }));
    const { status, body } = await ada.call('POST', '/api/v1/tasks/bulk', { operations });
    assert.equal(status, 200, JSON.stringify(body).slice(0, 500));
    ids.push(...(body as { tasks: { id: string }[] }).tasks.map(({ id }) => id));
  }
  return ids;
}

test('the event loop is not blocked by reading a large workspace', async (suite) => {
  const host = await openWatchedHost(suite);
  const { ada } = host;
  const zone = (time_zone: string) =>
    ada.call('PUT', '/api/v1/notification-settings', { time_zone, quiet_hours: null, digest_at: null });
  await zone('Europe/Vienna');
  const ids = await fill(ada);
  await eventually(async () => (await ada.verification()).records >= taskCount, {
    timeout_ms: 120_000,
    what: 'the audit to have all events',
  });
  const drain = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${host.url()}${path}`, {
      headers: { authorization: `Bearer ${ada.token}`, ...headers },
    });
    assert.equal(answer.status, 200, path);
    for await (const _chunk of answer.body ?? []);
  };

  for (const [what, path, headers] of [
    ['an export as JSON', '/api/v1/export', {}],
    ['an export as CSV', '/api/v1/export', { accept: 'text/csv' }],
    ['an export of the audit', '/api/v1/audit/export', {}],
    ['a verification of the audit', '/api/v1/audit/verify?from=start', {}],
    ['checkpoints', '/api/v1/audit/checkpoints', {}],
    ['lists and labels', '/api/v1/lists', {}],
  ] as const)
    await suite.test(`by ${what}`, (t) => assertUnblocked(t, host, () => drain(path, headers)));

  await suite.test('by a calendar', (t) =>
    assertUnblocked(t, host, async () => {
      const { body } = await ada.call('POST', '/api/v1/calendar-feed');
      await drain((body as { path: string }).path);
    }),
  );

  await suite.test('by snapshots and changes', (t) =>
    assertUnblocked(t, host, async () => {
      assert.equal((await ada.snapshot()).tasks.length, taskCount);
      let since = 0;
      for (let hasMore = true; hasMore;) {
        const page = await ada.get<ChangePage>(`/api/v1/changes?since=${since}&limit=1000`);
        since = page.changes.at(-1)?.seq ?? since;
        hasMore = page.has_more;
      }
    }),
  );

  await suite.test('by pages far into a list, in each order', (t) =>
    assertUnblocked(t, host, async () => {
      for (const sort of ['created', 'updated', 'due', 'priority', 'title'])
        for (const offset of [0, 5_000, taskCount - 100])
          await ada.get(`/api/v1/tasks?limit=100&sort=${sort}&offset=${offset}`);
    }),
  );

  await suite.test('by searches for common words', (t) =>
    assertUnblocked(t, host, async () => {
      for (const word of [...words, 'plan of the', 'x'.repeat(200), '漢'.repeat(60)])
        await Promise.all(
          ['due', 'title'].map((sort) =>
            ada.get(`/api/v1/tasks?limit=100&sort=${sort}&q=${encodeURIComponent(word)}`),
          ),
        );
    }),
  );

  await suite.test('by audit records far back', (t) =>
    assertUnblocked(t, host, async () => {
      await ada.get('/api/v1/audit?limit=100');
      await ada.get(`/api/v1/audit?limit=100&task_id=${ids[0]}`);
    }),
  );

  const dav = await davClient(host.url(), ada as never);
  const withData = '<D:getetag/><C:calendar-data/>';
  const status207 = async (answer: Promise<{ status: number; text: string }>) => {
    const { status, text } = await answer;
    assert.equal(status, 207, text.slice(0, 500));
  };
  for (const [what, ask] of [
    [
      'a calendar-query with the data of all',
      () => dav.report(query('<C:comp-filter name="VTODO"/>', withData)),
    ],
    [
      'a calendar-query with a test of each',
      () =>
        dav.report(
          query(
            '<C:comp-filter name="VTODO"><C:time-range start="20270301T000000Z"/><C:prop-filter name="SUMMARY"><C:text-match>plan</C:text-match></C:prop-filter></C:comp-filter>',
            withData,
          ),
        ),
    ],
    [
      'a multiget',
      () => dav.report(multiget(...ids.slice(0, 800).map((id) => `/dav/calendars/tasks/${id}.ics`))),
    ],
    [
      'a PROPFIND of properties with long names',
      () =>
        dav.propfind(
          '/dav/calendars/tasks/',
          Array.from({ length: 100 }, (_, n) => `<D:${'n'.repeat(100)}${n}/>`).join(''),
          '1',
        ),
    ],
    ['a PROPFIND', () => dav.propfind('/dav/calendars/tasks/', '<D:getetag/>', '1')],
  ] as const)
    await suite.test(`by ${what}`, (t) => assertUnblocked(t, host, () => status207(ask())));
  await suite.test('by a sync-collection', (t) =>
    assertUnblocked(t, host, async () => void (await dav.sync())),
  );

  await suite.test('by moving all tasks to another zone', (t) => {
    let hour = 0;
    return assertUnblocked(t, host, async () => {
      hour += 1;
      const there = `Etc/GMT-${hour}`;
      await zone(there);
      const moved = () => ids.slice(-1).map((id) => ada.get<{ time_zone: string }>(`/api/v1/tasks/${id}`));
      await eventually(
        async () => (await Promise.all(moved())).every(({ time_zone }) => time_zone === there),
        {
          timeout_ms: 120_000,
          every_ms: 500,
          what: 'the last task to be moved',
        },
      );
    });
  });
});
