import { ruleOf, type Frequency, type Rule } from '@rondo/recurrence/rule';
import { wordAt, type Parsed, type Words } from '../../words.ts';

/** A unit of a recurrence and its size: a quarter is three months. */
type RuleUnit = [Frequency, size: number];

const table: [names: string, unit: RuleUnit][] = [
  ['minute minutes min mins', ['MINUTELY', 1]],
  ['hour hours hr hrs', ['HOURLY', 1]],
  ['day days', ['DAILY', 1]],
  ['week weeks wk wks', ['WEEKLY', 1]],
  ['fortnight fortnights', ['WEEKLY', 2]],
  ['month months', ['MONTHLY', 1]],
  ['quarter quarters', ['MONTHLY', 3]],
  ['year years yr yrs', ['YEARLY', 1]],
];
const units = new Map(
  table.flatMap(([names, unit]) => names.split(' ').map((name) => [name, unit] as const)),
);

export function readUnitWord(word: string): RuleUnit | undefined {
  return units.get(word);
}

/** Reads the unit of a recurrence: "days" after "every 3". */
export function readUnit(words: Words, at: number): Parsed<RuleUnit> {
  const unit = readUnitWord(wordAt(words, at));
  return unit && { value: unit, next: at + 1 };
}

/** "every 2 quarters" is every 6 months. */
export function unitRule([frequency, size]: RuleUnit, interval: number): Rule {
  return ruleOf({ frequency, interval: interval * size });
}
