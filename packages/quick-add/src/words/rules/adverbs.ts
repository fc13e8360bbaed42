import { ruleOf, type Frequency, type Rule } from '@rondo/recurrence/rule';

const table: [word: string, frequency: Frequency, interval: number][] = [
  ['hourly', 'HOURLY', 1],
  ['daily', 'DAILY', 1],
  ['everyday', 'DAILY', 1],
  ['nightly', 'DAILY', 1],
  ['weekly', 'WEEKLY', 1],
  ['biweekly', 'WEEKLY', 2],
  ['bi-weekly', 'WEEKLY', 2],
  ['fortnightly', 'WEEKLY', 2],
  ['monthly', 'MONTHLY', 1],
  ['bimonthly', 'MONTHLY', 2],
  ['bi-monthly', 'MONTHLY', 2],
  ['quarterly', 'MONTHLY', 3],
  ['semiannually', 'MONTHLY', 6],
  ['biannually', 'MONTHLY', 6],
  ['half-yearly', 'MONTHLY', 6],
  ['yearly', 'YEARLY', 1],
  ['annually', 'YEARLY', 1],
  ['biennially', 'YEARLY', 2],
];
const rules = new Map(table.map(([word, frequency, interval]) => [word, ruleOf({ frequency, interval })]));

/** Whether a word says a recurrence, such as "daily". */
export function isAdverb(word: string): boolean {
  return rules.has(word);
}

export function adverbRule(word: string): Rule | undefined {
  return rules.get(word);
}
