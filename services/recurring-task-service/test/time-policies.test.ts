import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowsOf } from '@rondo/shared/test/document-tables';
import { occurrenceAfterCompletion } from '../src/recurrence-completion.ts';
import { defaultPolicies, occurrences, type Series } from '../src/recurrence-series.ts';

function seriesOf([, rule = '', anchor = '', zone = '', strict = '']: string[]): Series {
  return {
    rule: rule.replaceAll('`', ''),
    anchor,
    time_zone: zone === '' ? null : zone,
    rdates: [],
    exdates: [],
    policies: { ...defaultPolicies, ...(strict === '' ? {} : { [strict]: 'skip' }) },
  };
}

for (const row of rowsOf('docs/time.md', 'Occurrences')) {
  test(`${row[0]}: ${row[1]} from ${row[2]}`, () => {
    const expected = row.at(-1)?.split(', ') ?? [];
    assert.deepEqual(occurrences(seriesOf(row), { limit: expected.length }).toArray(), expected);
  });
}

for (const row of rowsOf('docs/time.md', 'After a completion')) {
  const [what, , , , completed = '', next] = row;
  test(`${what}: completed ${completed}`, () => {
    const series = seriesOf(row.slice(0, 4));
    assert.equal(occurrenceAfterCompletion(series, { completed_at: new Date(completed), done: 1 }), next);
  });
}
