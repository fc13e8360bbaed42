import { parseQuickAdd } from '@rondo/quick-add/parse-quick-add';
import type { Scenario } from '../support/scenario.ts';

const phrases = [
  'Buy milk',
  'Pay rent every month on the 1st at 9 #home !2',
  'Call Bob tomorrow at 3pm for 30 min, remind me 10 min before',
  'Standup every weekday at 9:15 @work',
  'Water the plants every! 3 days starting tomorrow',
  'Book club every 3rd friday at half past 7 ending 1 Mar',
  'Send the report by eom !1 #work @finance',
  'Meeting next week 10:00 Europe/Berlin',
  'Read "tomorrow never dies" in 2 weeks',
  'Dentist 2027-03-01 14:00, remind me 2h before',
];
const warmUp = 20_000;
const measured = 200_000;

/** Parses phrases one after the other in this process. */
export const parse: Scenario = {
  name: 'parse',
  async run() {
    const context = { now: '2026-11-21T10:00:00Z', timeZone: 'Europe/Berlin' };
    const read = (count: number) => {
      for (let n = 0; n < count; n += 1) parseQuickAdd(phrases[n % phrases.length] ?? '', context);
    };
    read(warmUp);
    const began = performance.now();
    read(measured);
    return [
      {
        name: 'phrases parsed',
        value: Math.round(measured / ((performance.now() - began) / 1000)),
        unit: '/s',
        target: { at_least: 20_000 },
        note: `${phrases.length} different phrases, one core`,
      },
    ];
  },
};
