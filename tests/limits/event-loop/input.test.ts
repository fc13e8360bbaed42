/** What a person sends never blocks the event loop of a host for longer than 50 ms. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { SchedulePage } from '@rondo/shared/contracts/schedule';
import { eventually } from '@rondo/shared/test/eventually';
import { assertStatus, assertUnblocked, openWatchedHost } from '../../support/watched-host.ts';

const listOf = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index).join(',');
const allTimes = `BYHOUR=${listOf(0, 23)};BYMINUTE=${listOf(0, 59)};BYSECOND=${listOf(0, 59)}`;
const exdates = Array.from({ length: 366 }, (_, index) =>
  new Date(Date.UTC(2026, 10, 28 + index)).toISOString().slice(0, 10),
);
const hostileRules = [
  'FREQ=SECONDLY',
  'FREQ=SECONDLY;COUNT=99999999',
  `FREQ=DAILY;${allTimes};COUNT=99999999`,
  'FREQ=SECONDLY;INTERVAL=86399;BYMONTH=2;BYMONTHDAY=29;BYHOUR=3;BYMINUTE=0;BYSECOND=1',
  'FREQ=SECONDLY;INTERVAL=86400;BYHOUR=3;BYSECOND=1',
  `FREQ=YEARLY;${allTimes};BYDAY=MO,TU;BYSETPOS=${listOf(-99, -1)}`,
  'FREQ=DAILY;INTERVAL=29;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO',
];
const due_date = '2026-11-28T00:00:01+01:00';
const time_zone = 'Europe/Berlin';

test('the event loop is not blocked', async (suite) => {
  const host = await openWatchedHost(suite);
  // What runs for the first time is compiled.
  await host.ada.call('POST', '/api/v1/tasks', { quick_add: 'Warm up tomorrow at 9' });
  await pause(1_000);

  await suite.test('by previews of hostile rules', (t) =>
    assertUnblocked(t, host, async () => {
      const requests = hostileRules.flatMap((rule) => [
        { rule, anchor: due_date, time_zone, exdates },
        { rule, anchor: due_date, time_zone, exdates, after: '9000-01-01' },
      ]);
      await Promise.all(
        requests.map((body) =>
          assertStatus(host.ada.call('POST', '/api/v1/schedules/preview', body), 200, 422),
        ),
      );
    }),
  );

  await suite.test('by series with hostile rules, their settings, and lists of them', (t) =>
    assertUnblocked(t, host, async () => {
      for (const rule of hostileRules)
        await assertStatus(
          host.ada.call('POST', '/api/v1/tasks', {
            title: rule.slice(0, 99),
            due_date,
            time_zone,
            recurrence_rule: rule,
          }),
          201,
        );
      const page = await eventually(
        async () => {
          const found = await host.ada.get<SchedulePage>('/api/v1/schedules?limit=100');
          return found.total % hostileRules.length === 0 && found.total > 0 && found;
        },
        { every_ms: 50 },
      );
      for (const { id } of page.schedules) {
        await assertStatus(host.ada.call('PATCH', `/api/v1/schedules/${id}`, { exdates }), 200, 422);
        await host.ada.get('/api/v1/schedules?limit=100');
      }
    }),
  );

  await suite.test('by phrases', (t) =>
    assertUnblocked(t, host, async () => {
      const parts = [
        'every mon and ',
        'remind me at 9 and ',
        '!',
        '1st and ',
        '"',
        '9:00 Europe/Berlinx ',
        '@a ',
      ];
      const phrases = parts.map((part) => part.repeat(Math.floor(1_990 / part.length)));
      for (const phrase of phrases)
        await assertStatus(host.ada.call('POST', '/api/v1/tasks/parse', { text: `x ${phrase}` }), 200, 422);
    }),
  );

  const importFile = (file: string) =>
    assertStatus(
      host.ada.call('POST', '/api/v1/calendar-import', file, { 'content-type': 'text/calendar' }),
      200,
      422,
    );

  await suite.test('by imports of calendars', (t) => {
    let run = 0;
    return assertUnblocked(t, host, async () => {
      run += 1;
      const todos = Array.from({ length: 2_000 }, (_, n) => todoOf(`SUMMARY:task ${n}`, `${run}-${n}`));
      await importFile(calendarOf(...todos));
      for (const line of [
        `ATTENDEE${';X=Y'.repeat(200_000)}:mailto:a@example.com`,
        `CATEGORIES:${'a,'.repeat(400_000)}`,
        `DESCRIPTION:${'x\r\n '.repeat(200_000)}`,
        'BEGIN:VALARM\r\nTRIGGER:-P1D\r\nEND:VALARM\r\n'.repeat(20_000).trimEnd(),
      ])
        await importFile(calendarOf(todoOf(`SUMMARY:x\r\n${line}`, `${run}-line`)));
    });
  });

  await suite.test('by a calendar of 20 MB', (t) => {
    let run = 0;
    return assertUnblocked(t, host, async () => {
      run += 1;
      const line = `SUMMARY:x\r\nATTACH:${'x'.repeat(9_000)}\r\n${'ATTENDEE:mailto:a@example.com\r\n'.repeat(40)}COMMENT:x`;
      await importFile(
        calendarOf(...Array.from({ length: 1_900 }, (_, n) => todoOf(line, `${run}-${n}-large`))),
      );
    });
  });

  await suite.test('by files of other apps', (t) => {
    let run = 0;
    const importOther = (format: string, file: string, type = 'text/csv') =>
      assertStatus(
        host.ada.call('POST', `/api/v1/imports?preview=true&format=${format}`, file, {
          'content-type': type,
        }),
        200,
        422,
      );
    return assertUnblocked(t, host, async () => {
      run += 1;
      await importOther(
        'markdown',
        '- pay rent every month on the 1st at 9\n'.repeat(2_000),
        'text/markdown',
      );
      await importOther(
        'todoist-csv',
        `TYPE,CONTENT,DATE\n${`task,a${run},every 3rd friday\n`.repeat(2_000)}`,
      );
      await importOther(
        'todoist-csv',
        `TYPE,CONTENT\ntask,"x${' @a'.repeat(80_000)}"\n${'a\n'.repeat(40_000)}`,
      );
      await importOther(
        'ticktick',
        `List Name,Title,Kind,Content\nh,t,CHECKLIST,"${'▫a\n'.repeat(80_000)}"\n`,
      );
      const tasks = Array.from({ length: 2_000 }, (_, n) => ({
        id: n,
        title: `${run}`,
        description: '<p>a</p>',
      }));
      await importOther('vikunja', JSON.stringify([{ title: 'P', tasks }]), 'application/json');
      await importOther(
        'vikunja',
        `[{"title":"P","tasks":[${'[],'.repeat(1_000_000)}1]}]`,
        'application/json',
      );
      await importOther('text', 'x'.repeat(5_000_000), 'text/plain');
    });
  });

  await suite.test('by calendars, also several at once', (t) =>
    assertUnblocked(t, host, async () => {
      const { body } = await host.ada.call('POST', '/api/v1/calendar-feed');
      const { path } = body as { path: string };
      await Promise.all(
        [1, 2, 3].map(async () => {
          const answer = await fetch(`${host.url()}${path}`);
          assert.equal(answer.status, 200);
          for await (const _chunk of answer.body ?? []);
        }),
      );
    }),
  );
});

function todoOf(lines: string, uid: string): string {
  return `BEGIN:VTODO\r\nUID:${uid}\r\nDUE;TZID=Europe/Berlin:20261201T090000\r\n${lines}\r\nEND:VTODO`;
}

function calendarOf(...components: string[]): string {
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', ...components, 'END:VCALENDAR', ''].join('\r\n');
}
