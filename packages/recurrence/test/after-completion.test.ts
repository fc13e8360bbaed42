import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { occurrenceAfterCompletion } from '../src/after-completion.ts';
import { strictPolicies } from '../src/occurrences.ts';
import { seriesOf } from './support/series.ts';

const auckland = { timeZone: 'Pacific/Auckland' };
const at = (text: string, done = 1) => ({ completedAt: new Date(text), done });

describe('a series that recurs from its completion', () => {
  test('counts from the day of completion in the zone, at the time of the anchor', () => {
    const series = seriesOf('FREQ=DAILY;INTERVAL=3', { anchor: '2026-06-01T09:00:00', ...auckland });
    assert.equal(occurrenceAfterCompletion(series, at('2026-06-09T11:59:00Z')), '2026-06-12T09:00:00+12:00');
    assert.equal(occurrenceAfterCompletion(series, at('2026-06-09T12:00:00Z')), '2026-06-13T09:00:00+12:00');
  });

  test('is a date if the series is all-day', () => {
    const series = seriesOf('FREQ=WEEKLY', { anchor: '2026-06-01', ...auckland });
    assert.equal(occurrenceAfterCompletion(series, at('2026-06-03T20:00:00Z')), '2026-06-11');
  });

  test('is never on the day of completion, and finds the next weekday of the rule', () => {
    const series = seriesOf('FREQ=WEEKLY;BYDAY=WE,FR', { anchor: '2026-06-03' });
    assert.equal(occurrenceAfterCompletion(series, at('2026-06-10T08:00:00Z')), '2026-06-12');
    const twice = seriesOf('FREQ=DAILY;BYHOUR=9,18', { anchor: '2026-06-03T09:00:00' });
    assert.equal(occurrenceAfterCompletion(twice, at('2026-06-10T08:00:00Z')), '2026-06-11T09:00:00Z');
  });

  test('clamps to the day of completion', () => {
    const series = seriesOf('monthly', { anchor: '2026-01-15' });
    assert.equal(occurrenceAfterCompletion(series, at('2026-01-31T08:00:00Z')), '2026-02-28');
    const strict = { ...series, policies: strictPolicies };
    assert.equal(occurrenceAfterCompletion(strict, at('2026-01-31T08:00:00Z')), '2026-03-31');
  });

  test('counts from the moment of completion if the rule repeats within the day', () => {
    const series = seriesOf('FREQ=HOURLY;INTERVAL=8', { anchor: '2026-06-01T06:00:00', ...auckland });
    assert.equal(occurrenceAfterCompletion(series, at('2026-06-01T10:17:05Z')), '2026-06-02T06:17:05+12:00');
  });

  test('ends with the number of completions (COUNT) or with the date (UNTIL)', () => {
    const counted = seriesOf('FREQ=DAILY;COUNT=3', { anchor: '2026-06-01' });
    assert.equal(occurrenceAfterCompletion(counted, at('2026-06-09T08:00:00Z', 2)), '2026-06-10');
    assert.equal(occurrenceAfterCompletion(counted, at('2026-06-09T08:00:00Z', 3)), null);
    const dated = seriesOf('FREQ=DAILY;INTERVAL=3;UNTIL=20260610', { anchor: '2026-06-01' });
    assert.equal(occurrenceAfterCompletion(dated, at('2026-06-07T08:00:00Z')), '2026-06-10');
    assert.equal(occurrenceAfterCompletion(dated, at('2026-06-08T08:00:00Z')), null);
  });
});
