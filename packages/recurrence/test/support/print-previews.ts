/** Prints the previews of some series as JSON. A test runs it with different TZ and compares the outputs. */
import fc from 'fast-check';
import { preview } from '../../src/occurrences.ts';
import { anyAnchor, anyMatchingRule } from './arbitrary-series.ts';
import { anyZone } from '@rondo/time/test/arbitrary-zone';
import { seriesOf } from './series.ts';

const sample = fc.sample(fc.tuple(anyMatchingRule, anyAnchor, anyZone, fc.boolean()), {
  seed: 20_111_230,
  numRuns: 120,
});
const previews = sample.map(([rule, anchor, timeZone, isAllDay]) =>
  preview(seriesOf(rule, { anchor: isAllDay ? anchor.slice(0, 10) : anchor, timeZone: timeZone }), 10),
);
const withinDay = preview(
  seriesOf('FREQ=HOURLY;INTERVAL=5', { anchor: '2026-03-28T22:00:00', timeZone: 'Europe/Berlin' }),
  10,
);
process.stdout.write(JSON.stringify([...previews, withinDay]));
