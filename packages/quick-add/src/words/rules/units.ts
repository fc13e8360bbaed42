import { ruleOf, type Frequency, type Rule } from '@rondo/recurrence/rule';
import { skip, wordAt, type Parsed, type Words } from '../../words.ts';

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

/** Reads "half hour", "half a year", "quarter hour", and the one number of "1 1/2 hours" and "½ hour". */
export function readPartOfUnit(words: Words, at: number): Parsed<Rule> {
  const word = wordAt(words, at);
  // A fast check before the others.
  if (word !== 'half' && word !== 'quarter' && !word.includes('.')) return undefined;
  const isHalf = word === 'half';
  const unitAt = isHalf ? skip(words, at + 1, /^an?$/) : at + 1;
  const unit = readUnitWord(wordAt(words, unitAt));
  const next = unitAt + 1;
  if (isHalf && unit?.[0] === 'YEARLY') return { value: ruleOf({ frequency: 'MONTHLY', interval: 6 }), next };
  const named = isHalf ? 0.5 : word === 'quarter' ? 0.25 : undefined;
  const hours = named ?? (/^\d{1,2}\.(?:5|25|75)$/.test(word) ? Number(word) : undefined);
  if (hours === undefined || unit?.[0] !== 'HOURLY') return undefined;
  return { value: ruleOf({ frequency: 'MINUTELY', interval: hours * 60 }), next };
}
