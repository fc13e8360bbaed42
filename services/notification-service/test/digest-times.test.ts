import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isoDate } from '@rondo/time/calendar';
import { clockText } from '@rondo/time/iso-8601';
import { anyZone } from '@rondo/time/test/arbitrary-zone';
import { digestOf, digestTimes, type DueTask } from '../src/digest.ts';

const told = (now: string, time_zone: string, digest_at: string) => {
  const { last, next } = digestTimes(Date.parse(now), { time_zone, digest_at });
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
      'at the very moment',
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
      'over the change to summer time',
      '2026-03-28T12:00:00Z',
      'Europe/Berlin',
      '08:00',
      '2026-03-28 2026-03-28T07:00',
      '2026-03-29 2026-03-29T06:00',
    ],
    [
      'in the gap, later by the gap',
      '2026-03-28T12:00:00Z',
      'Europe/Berlin',
      '02:30',
      '2026-03-28 2026-03-28T01:30',
      '2026-03-29 2026-03-29T01:30',
    ],
    [
      'in the overlap, the first of two',
      '2026-10-24T12:00:00Z',
      'Europe/Berlin',
      '02:30',
      '2026-10-24 2026-10-24T00:30',
      '2026-10-25 2026-10-25T00:30',
    ],
    [
      'after the first of two, the day after',
      '2026-10-25T00:30:00Z',
      'Europe/Berlin',
      '02:30',
      '2026-10-25 2026-10-25T00:30',
      '2026-10-26 2026-10-26T01:30',
    ],
    [
      'over a day that a zone left out',
      '2011-12-29T20:00:00Z',
      'Pacific/Apia',
      '08:00',
      '2011-12-29 2011-12-29T18:00',
      '2011-12-31 2011-12-30T18:00',
    ],
  ] as const) {
    test(what, () => assert.deepEqual(told(now, zone, at), [last, next]));
  }

  test('come one a day, each after the one before, in every zone', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(2005, 0, 1), max: Date.UTC(2030, 0, 1) }),
        anyZone,
        fc.nat(1_439).map(clockText),
        (now, time_zone, digest_at) => {
          const { last, next } = digestTimes(now, { time_zone, digest_at });
          assert.ok(last.at <= now && now < next.at);
          assert.ok(next.day > last.day);
          assert.deepEqual(
            digestTimes(next.at, { time_zone, digest_at }).last,
            next,
            'the next becomes the last',
          );
          assert.deepEqual(
            digestTimes(next.at - 1, { time_zone, digest_at }),
            { last, next },
            'and not before',
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});

test('a digest shows what is due, and counts the rest', () => {
  const ids = { id: 'd', workspace_id: 'w' };
  const { last } = digestTimes(Date.parse('2026-03-02T12:00:00Z'), {
    time_zone: 'Europe/Berlin',
    digest_at: '08:00',
  });
  const now = { now: new Date(last.at + 60_000), time_zone: 'Europe/Berlin' };
  const shown: DueTask[] = [
    { title: 'All day', due_date: '2026-03-02', is_overdue: false },
    { title: 'Timed', due_date: '2026-03-02T18:30:00Z', is_overdue: false },
    { title: 'Old', due_date: '2026-02-27', is_overdue: true },
  ];
  const digest = digestOf(ids, last, { shown, today: 2, overdue: 4 }, now);
  assert.deepEqual(
    [digest?.title, digest?.body, digest?.due_date, digest?.is_late],
    [
      'Mon, 2 Mar 2026: 2 due, 4 overdue',
      '• All day\n• Timed, 19:30\n• Old, since Fri, 27 Feb 2026\nand 3 more',
      '2026-03-02',
      false,
    ],
  );
  assert.equal(digestOf(ids, last, { shown: [], today: 0, overdue: 0 }, now), undefined);
});
