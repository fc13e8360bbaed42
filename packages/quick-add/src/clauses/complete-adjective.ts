import type { Rule } from '@rondo/recurrence/rule';
import type { Found } from './clause.ts';
import { isOf, type ClauseOf } from './clauses.ts';
import { findAdjective, isOfThing, readDayOfAdjective, type Adjective } from '../words/rules/adjectives.ts';
import { ordinalOf, wordAt, weekdays, type Words } from '../words.ts';

/** The clauses with the recurrence of an adjective; `adjective` are its words if no day or time completes it. */
export type Completed = { found: Found[]; adjective?: { first: number; next: number } };

/**
 * Makes a recurrence of an adjective that a day or a time completes: "daily standup at 9", "weekly review on friday", "monthly
 * rent due on the 1st". The adjective stays in the title, because it belongs to the noun.
 */
export function completeAdjective(words: Words, found: Found[]): Completed {
  const isTaken = (at: number) => found.some(({ first, next }) => first <= at && at < next);
  const adjective = findAdjective(words, isTaken);
  if (adjective === undefined) return { found };
  const isSeries = adjective.rule !== undefined && !isOfThing(words, adjective);
  const series = isSeries ? seriesOf(words, found, adjective, adjective.rule) : undefined;
  if (series === undefined) return { found, adjective: { first: adjective.first, next: adjective.at + 1 } };
  const token = words.tokens[adjective.at];
  // It is accounted for, so nothing may read it as a word of time.
  if (token) token.word = '';
  return { found: series };
}

/** The clauses with a rule; undefined if nothing completes the adjective, or something contradicts it. */
function seriesOf(words: Words, found: Found[], adjective: Adjective, base: Rule): Found[] | undefined {
  const named = found.find((one) => isOf(one, 'rule'));
  if (named !== undefined) return withNamedRule(words, found, named, base);
  for (let at = 0; at < words.tokens.length; at += 1) {
    const completed = at === adjective.at ? undefined : withDay(words, found, adjective, at);
    if (completed !== undefined) return completed;
  }
  const isOfDays = base.frequency === 'DAILY' || base.byDay.length > 0;
  return isOfDays && hasTime(found) ? withRule(found, adjective, base, adjective.at, adjective.at) : undefined;
}

/** Adds the rule, in place of the clauses between two indexes. */
function withRule(found: Found[], { word }: Adjective, rule: Rule, first: number, next: number): Found[] {
  const night = word === 'nightly' ? ({ part: 'night' } as const) : {};
  const clause = { is: 'rule', rule, fromCompletion: false, ...night } as const;
  const others = found.filter((one) => one.next <= first || one.first >= next);
  return [...others, { clause, kind: 'recurrence' as const, first, next }].toSorted((a, b) => a.first - b.first);
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

/** Completes the adjective by the day at an index, or by the "due" before it. */
function withDay(words: Words, found: Found[], adjective: Adjective, at: number): Found[] | undefined {
  const owner = found.find(({ first, next }) => first <= at && at < next);
  const isDue = wordAt(words, at - 1) === 'due' && (owner === undefined || owner.first >= at - 1);
  const first = isDue ? at - 1 : at;
  if (owner === undefined ? !mayBeginDay(words, at) : owner.first < first || !/^days?$/.test(owner.clause.is))
    return undefined;
  const day = readDayOfAdjective(words, adjective, at);
  if (day === undefined) return undefined;
  const isWhole = found.every((one) => one.next <= first || one.first >= day.next || one.next <= day.next);
  return isWhole ? withRule(found, adjective, day.value, first, day.next) : undefined;
}

/** Whether a day that no clause has can begin here: "on the last day", "first tuesday", "mon and fri". */
function mayBeginDay(words: Words, at: number): boolean {
  const word = wordAt(words, at);
  return /^(?:on|eom)$/.test(word) || ordinalOf(word) !== undefined || weekdays.has(word);
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
