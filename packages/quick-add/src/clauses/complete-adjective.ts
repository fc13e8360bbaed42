import type { Rule } from '@rondo/recurrence/rule';
import type { Found } from './clause.ts';
import { isOf, ownersOf, type ClauseOf } from './clauses.ts';
import {
  findAdjective,
  isAdjective,
  isOfThing,
  readDayOfAdjective,
  type Adjective,
} from '../words/rules/adjectives.ts';
import { ordinalOf, wordAt, weekdays, type Words } from '../words.ts';

/** The clauses with the recurrence of an adjective; `adjective` are its words if no day or time completes it. */
export type Completed = { found: Found[]; adjective?: { first: number; next: number } };

/**
 * Makes a recurrence of an adjective that a day or a time completes: "daily standup at 9", "weekly review on friday", "monthly
 * rent due on the 1st". The adjective stays in the title, because it belongs to the noun.
 */
export function completeAdjective(words: Words, found: Found[]): Completed {
  if (!words.tokens.some(({ word }) => isAdjective(word))) return { found };
  const owners = ownersOf(words.tokens.length, found);
  const adjective = findAdjective(words, (at) => owners[at] !== undefined);
  if (adjective === undefined) return { found };
  const series = isOfThing(words, adjective) ? undefined : seriesOf(words, found, owners, adjective);
  if (series === undefined) return { found, adjective: { first: adjective.first, next: adjective.at + 1 } };
  const token = words.tokens[adjective.at];
  // It is accounted for, so nothing may read it as a word of time.
  if (token) token.word = '';
  return { found: series };
}

/** The clause of each token. */
type Owners = (Found | undefined)[];

/** The clauses with a rule; undefined if nothing completes the adjective, or something contradicts it. */
function seriesOf(words: Words, found: Found[], owners: Owners, adjective: Adjective): Found[] | undefined {
  const { rule } = adjective;
  if (rule === undefined) return undefined;
  const named = found.find((one) => isOf(one, 'rule'));
  if (named !== undefined) return withNamedRule(words, found, named, rule);
  const day = findDay(words, owners, adjective);
  if (day !== undefined) return withRule(found, adjective, day.rule, day.first, day.next);
  const isOfDays = rule.frequency === 'DAILY' || rule.byDay.length > 0;
  return isOfDays && hasTime(found)
    ? withRule(found, adjective, rule, adjective.at, adjective.at)
    : undefined;
}

/** Adds the rule, in place of the clauses between two indexes. */
function withRule(found: Found[], { word }: Adjective, rule: Rule, first: number, next: number): Found[] {
  const night = word === 'nightly' ? ({ part: 'night' } as const) : {};
  const clause = { is: 'rule', rule, fromCompletion: false, ...night } as const;
  const others = found.filter((one) => one.next <= first || one.first >= next);
  return [...others, { clause, kind: 'recurrence' as const, first, next }].toSorted(
    (a, b) => a.first - b.first,
  );
}

/** The recurrence of "weekly sync every tuesday" says the same as the adjective; that of "biweekly sync on tuesdays" more with it. */
function withNamedRule(
  words: Words,
  found: Found[],
  named: Found<ClauseOf<'rule'>>,
  base: Rule,
): Found[] | undefined {
  const { rule } = named.clause;
  const isPlural = rule.frequency === 'WEEKLY' && rule.interval === 1 && rule.byDay.length > 0;
  if (agrees(base, rule)) return found;
  if (!isPlural || base.frequency !== 'WEEKLY' || /^(?:every|each|ev)/.test(wordAt(words, named.first)))
    return undefined;
  const clause = { ...named.clause, rule: { ...rule, interval: base.interval } };
  return found.map((one) => (one === named ? { ...named, clause } : one));
}

function agrees(base: Rule, rule: Rule): boolean {
  if (rule.frequency === base.frequency && rule.interval === base.interval) return true;
  if (base.frequency === 'DAILY') return rule.frequency === 'WEEKLY' && rule.byDay.length > 1;
  return base.interval === 3 && rule.byMonth.length === 4;
}

/** The words of the day that completes an adjective, with a "due" before it, and the rule that it gives. */
function findDay(
  words: Words,
  owners: Owners,
  adjective: Adjective,
): { rule: Rule; first: number; next: number } | undefined {
  for (let at = 0; at < owners.length; at += 1) {
    const owner = owners[at];
    const first = wordAt(words, at - 1) === 'due' ? at - 1 : at;
    const begins =
      owner === undefined ? mayBeginDay(words, at) : owner.first >= first && /^days?$/.test(owner.clause.is);
    const day = begins && at !== adjective.at ? readDayOfAdjective(words, adjective, at) : undefined;
    if (day === undefined) continue;
    const last = owners[day.next - 1];
    if (last === undefined || last.next === day.next) return { rule: day.value, first, next: day.next };
  }
  return undefined;
}

/** Whether a day that no clause has can begin here: "on the last day", "first tuesday", "mon and fri", "tue/thu". */
function mayBeginDay(words: Words, at: number): boolean {
  const word = wordAt(words, at);
  return /^(?:on|eom|[a-z]+[/+][a-z/+]+)$/.test(word) || ordinalOf(word) !== undefined || weekdays.has(word);
}

/** Whether there is a time, and no single day. A deadline like "by 5pm" is none of each day. */
function hasTime(found: Found[]): boolean {
  let has = false;
  for (const { clause } of found) {
    if (clause.is === 'clock') has ||= clause.limit === undefined;
    if (clause.is === 'times' || clause.is === 'part') has = true;
    const isOneDay = clause.is === 'day' && clause.role === 'plain' && clause.day.period === undefined;
    if (isOneDay || clause.is === 'moments' || clause.is === 'instant') return false;
  }
  return has;
}
