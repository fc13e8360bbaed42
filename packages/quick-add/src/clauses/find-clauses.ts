import type { Clause, Found } from './clause.ts';
import { readBareDay, readBareTime, readPrefixed, readRuleClause } from './read-clause.ts';
import type { SpanKind } from '../quick-add.ts';
import { readPart } from '../words/reminders.ts';
import { readTag } from '../words/tags.ts';
import { months, numberOf, ordinalOf, wordAt, weekdays, type Parsed, type Words } from '../words.ts';
import { readZone } from '../words/zones.ts';

const kinds: Record<Clause['is'], SpanKind> = {
  list: 'list',
  label: 'label',
  priority: 'priority',
  day: 'date',
  clock: 'time',
  part: 'time',
  zone: 'zone',
  instant: 'time',
  rule: 'recurrence',
  until: 'recurrence',
  count: 'recurrence',
  length: 'duration',
  duration: 'duration',
  reminders: 'reminder',
};

/** Finds the clauses of a phrase from left to right, each as long as possible. */
export function findClauses(words: Words): Found[] {
  const found: Found[] = [];
  for (let at = 0; at < words.tokens.length;) {
    const before = found.at(-1);
    const read = readClause(words, at, before?.next === at ? before.clause : undefined);
    if (read === undefined) {
      at++;
    } else {
      found.push({ clause: read.value, kind: kinds[read.value.is], first: at, next: read.next });
      at = read.next;
    }
  }
  return found;
}

/** Words that can begin a clause. A fast check before the rules are tried. */
const openers = new Set(
  (
    'a after an and annually at before beginning biweekly by daily due each each! ending ends end eom eoy every every! ' +
    'five for fortnightly from half hourly in midday midnight monthly next noon on quarter quarterly remind starting ' +
    'starts ten the this till til today tomorrow tmr tmrw tonight twenty until weekend weekly yearly'
  ).split(' '),
);

function canBeginClause(word: string): boolean {
  if (openers.has(word) || weekdays.has(word) || months.has(word)) return true;
  return /^\d/.test(word) || numberOf(word) !== undefined || ordinalOf(word) !== undefined;
}

function readClause(words: Words, at: number, before: Clause | undefined): Parsed<Clause> {
  const word = wordAt(words, at);
  if (word === '') return undefined;
  const tag = readTag(words, at);
  if (tag !== undefined) return tag;
  const following = before === undefined ? undefined : readAfter(words, at, before);
  if (following !== undefined) return following;
  if (!canBeginClause(word)) return undefined;
  return (
    readRuleClause(words, at) ??
    readPrefixed(words, at) ??
    readBareDay(words, at) ??
    readBareTime(words, at, at === 0 || before?.is === 'day' || before?.is === 'rule')
  );
}

/** Reads what is only a clause after another one: a zone after a time or a day, a part of the day after a day or rule. */
function readAfter(words: Words, at: number, before: Clause): Parsed<Clause> {
  const { is } = before;
  if (is !== 'day' && is !== 'clock' && is !== 'part' && is !== 'instant' && is !== 'rule') return undefined;
  const zone = readZone(words, at);
  if (zone !== undefined) return { value: { is: 'zone', zone: zone.value }, next: zone.next };
  const part = is === 'day' || is === 'rule' ? readPart(words, at, true) : undefined;
  return part && { value: { is: 'part', part: part.value }, next: part.next };
}
