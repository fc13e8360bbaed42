import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { SchedulePreview } from '@rondo/shared/contracts/schedule';
import { startTestService } from '@rondo/shared/test/service';
import { service as recurringTaskService } from '../../../src/service.ts';

const { person, service } = await startTestService({ after }, recurringTaskService);
const path = '/api/v1/schedules/preview';

test('a preview has the next occurrences with their offsets, and the rule in words', async () => {
  const ada = await person();
  const { status, body } = await ada.call<SchedulePreview>('POST', path, {
    rule: 'FREQ=WEEKLY;BYDAY=SA',
    anchor: '2026-10-24T09:00:00+02:00',
    time_zone: 'Europe/Berlin',
    count: 2,
  });
  assert.equal(status, 200);
  assert.deepEqual(body, {
    occurrences: ['2026-10-24T09:00:00+02:00', '2026-10-31T09:00:00+01:00'],
    is_whole: false,
    sentence: 'every week on Saturday',
  });
});

test('an all-day series gives dates, without excluded ones, and tells whether they are all', async () => {
  const ada = await person();
  const { body } = await ada.call<SchedulePreview>('POST', path, {
    rule: 'FREQ=MONTHLY;COUNT=3',
    anchor: '2027-01-31',
    exdates: ['2027-02-28'],
    rdates: ['2027-02-14'],
  });
  assert.deepEqual([body.occurrences, body.is_whole], [['2027-01-31', '2027-02-14', '2027-03-31'], true]);
  const strict = await ada.call<SchedulePreview>('POST', path, {
    rule: 'FREQ=MONTHLY;COUNT=3',
    anchor: '2027-01-31',
    policies: { month_end: 'skip' },
    after: '2027-01-31',
  });
  assert.deepEqual(strict.body.occurrences, ['2027-03-31', '2027-05-31']);
});

for (const [what, more, field, reason] of [
  ['an unknown part', { rule: 'FREQ=DAILY;BYDAYS=MO' }, 'rule', /at position 11$/],
  ['a rule that never matches', { rule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' }, 'rule', /at position \d+$/],
  ['a rule within the day for an all-day series', { rule: 'FREQ=HOURLY' }, 'rule', /at position 0$/],
  ['an unknown zone', { time_zone: 'Mars/Olympus' }, 'time_zone', /IANA/],
  ['a count of 101', { count: 101 }, 'count', /100/],
  ['an anchor that is not a date', { anchor: 'tomorrow' }, 'anchor', /./],
] as const) {
  test(`${what} is 422 with a reason`, async () => {
    const ada = await person();
    const { status, body } = await ada.call<{ errors: { field: string; message: string }[] }>('POST', path, {
      rule: 'FREQ=DAILY',
      anchor: '2027-01-01',
      ...more,
    });
    assert.deepEqual([status, body.errors[0]?.field], [422, field]);
    assert.match(body.errors[0]?.message ?? '', reason);
  });
}

test('a request without a token is 401', async () => {
  const response = await fetch(`${service.url}${path}`, { method: 'POST' });
  assert.equal(response.status, 401);
});
