import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import {
  defaultPolicies,
  nextOccurrence,
  occurrences,
  preview,
  strictPolicies,
  type Series,
} from '../src/occurrences.ts';
import { anyAnchor, anyMatchingRule } from './support/arbitrary-series.ts';
import { anyZone } from '@rondo/time/test/arbitrary-zone';
import { instantsIn, seriesOf } from './support/series.ts';

const anySeries: fc.Arbitrary<Series> = fc
  .record({
    rule: anyMatchingRule,
    count: fc.option(fc.integer({ min: 1, max: 30 })),
    anchor: anyAnchor,
    isAllDay: fc.boolean(),
    zone: fc.option(anyZone, { freq: 10 }),
    isStrict: fc.boolean(),
    rdates: fc.array(anyAnchor, { maxLength: 3 }),
    exdates: fc.array(fc.nat(12), { maxLength: 3 }),
  })
  .map(({ rule, count, anchor, isAllDay, zone, isStrict, rdates, exdates }) => {
    const cut = (text: string) => (isAllDay ? text.slice(0, 10) : text);
    const series = seriesOf(count === null ? rule : `${rule};COUNT=${count}`, {
      anchor: cut(anchor),
      timeZone: zone,
      policies: isStrict ? strictPolicies : defaultPolicies,
      rdates: rdates.map(cut),
    });
    const known = preview({ ...series, policies: defaultPolicies }, 13);
    return { ...series, exdates: exdates.flatMap((index) => known[index] ?? []) };
  });

const epochOf = (text: string) => Date.parse(text);

describe('any series', () => {
  test('strictly increases', () => {
    fc.assert(
      fc.property(anySeries, (series) => {
        const moments = preview(series, 40).map(epochOf);
        for (const [index, moment] of moments.entries())
          assert.ok(index === 0 || moment > (moments[index - 1] ?? 0));
      }),
    );
  });

  test('has the same occurrences one by one as in a preview', () => {
    fc.assert(
      fc.property(anySeries, (series) => {
        const all = preview(series, 15);
        for (const [index, found] of all.slice(0, -1).entries())
          assert.equal(nextOccurrence(series, found), all[index + 1]);
        assert.deepEqual(occurrences(series, { limit: 15 }).toArray(), all);
      }),
    );
  });

  test('is the same from any time as from the start', () => {
    fc.assert(
      fc.property(anySeries, anyAnchor, (series, time) => {
        const after = `${time}Z`;
        const all = preview(series, 60);
        fc.pre(all.length > 0 && series.anchor.length > 10);
        const later = all.filter((text) => epochOf(text) > Date.parse(after));
        assert.deepEqual(occurrences(series, { after, limit: later.length }).toArray(), later);
      }),
    );
  });

  test('has no excluded dates', () => {
    fc.assert(
      fc.property(anySeries, (series) => {
        const excluded = new Set(series.exdates);
        assert.deepEqual(
          preview(series, 20).filter((text) => excluded.has(text)),
          [],
        );
      }),
    );
  });

  test('has the wall time of the anchor in its zone, except in gaps', () => {
    fc.assert(
      fc.property(anyAnchor, anyZone, (anchor, timeZone) => {
        const found = preview(seriesOf('daily', { anchor, timeZone: timeZone }), 400);
        const start = Temporal.PlainDateTime.from(anchor);
        const plain = Array.from({ length: 402 }, (_, days) => start.add({ days }).toString());
        const expected = [...new Set(instantsIn(timeZone, plain))];
        assert.deepEqual(found, expected.slice(0, 400));
      }),
      { numRuns: 40 },
    );
  });
});

test('ten years of 02:30 in Berlin: once a day, 03:30 in a gap, the first of two in an overlap', () => {
  const series = seriesOf('daily', { anchor: '2026-01-01T02:30:00', timeZone: 'Europe/Berlin' });
  const start = Temporal.PlainDate.from('2026-01-01');
  const days = start.until('2036-01-01').days;
  const found = preview(series, days);
  assert.deepEqual(
    found.map((text) => text.slice(0, 10)),
    Array.from({ length: days }, (_, index) => start.add({ days: index }).toString()),
  );
  const shifted = found.filter((text) => text.slice(11, 16) !== '02:30');
  assert.equal(shifted.length, 10);
  for (const text of shifted) assert.match(text, /-03-\d\dT03:30:00\+02:00$/);
  let now = '2025-12-31T12:00:00Z';
  for (const expected of found) {
    const next = nextOccurrence(series, now);
    assert.equal(next, expected);
    now = expected;
  }
});

test('results do not depend on the TZ of the process', () => {
  const script = fileURLToPath(new URL('support/print-previews.ts', import.meta.url));
  const outputs = ['UTC', 'America/St_Johns', 'Asia/Kathmandu', 'Pacific/Apia', 'Australia/Lord_Howe'].map(
    (zone) => {
      const run = spawnSync(process.execPath, [script], { env: { TZ: zone }, encoding: 'utf8' });
      assert.equal(run.status, 0, run.stderr);
      return run.stdout;
    },
  );
  assert.ok((outputs[0]?.length ?? 0) > 10_000);
  assert.equal(new Set(outputs).size, 1);
});
