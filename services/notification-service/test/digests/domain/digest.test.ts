import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isoDate } from '@rondo/time/calendar';
import { clockText } from '@rondo/time/iso-8601';
import { anyZone } from '@rondo/time/test/arbitrary-zone';
import { digestOf, digestTimes, type DueTask } from '../../../src/digests/domain/digest.ts';

const timesOf = (now: string, timeZone: string, digestAt: string) => {
  const { last, next } = digestTimes(Date.parse(now), { timeZone, digestAt });
  return [last, next].map(({ day, at }) => `${isoDate(day)} ${new Date(at).toISOString().slice(0, 16)}`);
};

describe('the times of digests', () => {
  for (const [what, now, zone, at, last, next] of [
    [
      'on a usual day',
      '2026-03-02T12:00:00Z',
      'Europe/Berlin',
      '08:00',
      '2026-03-02 2026-03-02T07:00',
      '2026-03-03 2026-03-03T07:00',
    ],
    [
      'at exactly that time',
      '2026-03-02T07:00:00Z',
      'Europe/Berlin',
      '08:00',
      '2026-03-02 2026-03-02T07:00',
      '2026-03-03 2026-03-03T07:00',
    ],
    [
      'just before it',
      '2026-03-02T06:59:59.999Z',
      'Europe/Berlin',
      '08:00',
      '2026-03-01 2026-03-01T07:00',
      '2026-03-02 2026-03-02T07:00',
    ],
    [
      'over the change to daylight saving time',
      '2026-03-28T12:00:00Z',
      'Europe/Berlin',
      '08:00',
      '2026-03-28 2026-03-28T07:00',
      '2026-03-29 2026-03-29T06:00',
    ],
    [
      'in a gap: moved forward by the gap',
      '2026-03-28T12:00:00Z',
      'Europe/Berlin',
      '02:30',
      '2026-03-28 2026-03-28T01:30',
      '2026-03-29 2026-03-29T01:30',
    ],
    [
      'in an overlap: the first of two',
      '2026-10-24T12:00:00Z',
      'Europe/Berlin',
      '02:30',
      '2026-10-24 2026-10-24T00:30',
      '2026-10-25 2026-10-25T00:30',
    ],
    [
      'after the first of two: the next day',
      '2026-10-25T00:30:00Z',
      'Europe/Berlin',
      '02:30',
      '2026-10-25 2026-10-25T00:30',
      '2026-10-26 2026-10-26T01:30',
    ],
    [
      'over a day that the zone skipped',
      '2011-12-29T20:00:00Z',
      'Pacific/Apia',
      '08:00',
      '2011-12-29 2011-12-29T18:00',
      '2011-12-31 2011-12-30T18:00',
    ],
  ] as const) {
    test(what, () => assert.deepEqual(timesOf(now, zone, at), [last, next]));
  }

  test('are one a day, in order, in every zone', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(2005, 0, 1), max: Date.UTC(2030, 0, 1) }),
        anyZone,
        fc.nat(1_439).map(clockText),
        (now, timeZone, digestAt) => {
          const { last, next } = digestTimes(now, { timeZone, digestAt });
          assert.ok(last.at <= now && now < next.at);
          assert.ok(next.day > last.day);
          assert.deepEqual(
            digestTimes(next.at, { timeZone, digestAt }).last,
            next,
            'at that time, the next becomes the last',
          );
          assert.deepEqual(
            digestTimes(next.at - 1, { timeZone, digestAt }),
            { last, next },
            'not before that time',
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});

test('a digest lists the tasks that are due and counts the rest', () => {
  const about = { id: 'd', workspaceId: 'w', timeZone: 'Europe/Berlin' };
  const { last } = digestTimes(Date.parse('2026-03-02T12:00:00Z'), {
    timeZone: 'Europe/Berlin',
    digestAt: '08:00',
  });
  const now = new Date(last.at + 60_000);
  const shown: DueTask[] = [
    { title: 'All day', due_date: '2026-03-02', is_overdue: false },
    { title: 'Timed', due_date: '2026-03-02T18:30:00Z', is_overdue: false },
    { title: 'Old', due_date: '2026-02-27', is_overdue: true },
  ];
  const digest = digestOf(about, last, { shown, today: 2, overdue: 4 }, now);
  assert.deepEqual(
    [digest?.title, digest?.body, digest?.due_date, digest?.is_late],
    [
      'Mon, 2 Mar 2026: 2 due, 4 overdue',
      '• All day\n• Timed, 19:30\n• Old, since Fri, 27 Feb 2026\nand 3 more',
      '2026-03-02',
      false,
    ],
  );
  assert.equal(digestOf(about, last, { shown: [], today: 0, overdue: 0 }, now), undefined);
});
