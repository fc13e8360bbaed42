import fc from 'fast-check';
import { anyMatchingRule } from '@rondo/recurrence/test/arbitrary-series';
import { rfc3339, wallOfText } from '@rondo/time/iso-8601';
import { instantOf } from '@rondo/time/wall-clock';
import type { FeedCase } from './feed-case.ts';

const anyRepetition = fc.record({
  recurrence_rule: anyMatchingRule,
  time_zone: fc.constantFrom('Europe/Berlin', 'America/New_York', 'Pacific/Auckland', 'Australia/Lord_Howe'),
  day: fc.integer({ min: 1, max: 31 }),
  time: fc.option(fc.constantFrom('02:30:00', '09:00:00', '23:45:00')),
});

/** Series of any rule, the same in each run. */
export const anyCases: FeedCase[] = fc
  .sample(anyRepetition, { numRuns: 120, seed: 15 })
  .map(({ day, time, ...fields }, index) => {
    const date = `2027-01-${String(day).padStart(2, '0')}`;
    return {
      ...fields,
      title: `${index + 1}: ${fields.recurrence_rule}${time === null ? '' : ` at ${time} in ${fields.time_zone}`} from ${date}`,
      due_date:
        time === null
          ? date
          : rfc3339(instantOf(wallOfText(`${date}T${time}`), fields.time_zone), fields.time_zone),
    };
  });
