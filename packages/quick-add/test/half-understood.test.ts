import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseQuickAdd } from '../src/parse-quick-add.ts';

const series = [
  'every day',
  'every monday',
  'mondays',
  'on weekdays',
  'every 2 weeks',
  'every other friday',
  'every month on the 5th',
  'every first monday',
  'first friday of every month',
  'every 15th workday',
  'every mon, wed and fri',
  'every day at 9',
  'every morning',
  'every 1 march',
  'every! 3 days',
];
/** "the 15th first friday" is no list of two times. */
const everies = series.filter((clause) => clause.startsWith('every'));
const days = [
  'tomorrow',
  'on friday',
  'friday at 9',
  'next week',
  '3 october',
  'in 3 days',
  'from monday to friday',
  'first monday in october',
];
const times = ['sunday', '29 september', 'the first monday', 'tomorrow', 'next week', '10am', 'the 15th'];
/** Words that nobody can read as a time. */
const unknown = ['blursday', 'the holidays', 'thirdember'];

/** Connectors, exceptions and bounds: some the grammar knows, some it doesn't. */
const connectors = (
  'except, except for, excluding, but, but not, but never, not, never, without, minus, skipping, save, ' +
  'save for, bar, barring, besides, apart from, aside from, other than, instead of, rather than, ' +
  'with the exception of, not counting, not including, leaving out, omitting, until, till, up to, ' +
  'up until, up to and including, through to, no later than, no earlier than, not before, not after, ' +
  'prior to, following, beyond, past, since, starting, commencing, as of, as from, unless, if not, ' +
  'only if, or, and/or, nor, versus, plus, alternating with, followed by, halfway between'
).split(', ');
/** Connectors that can't belong to a title, whatever follows: "every day unless the holidays". */
const boundsOfSeries = (
  'except, except for, excluding, but not, but never, barring, omitting, leaving out, not counting, not including, ' +
  'with the exception of, until, till, up until, no later than, no earlier than, not before, not after, unless, ' +
  'since, starting, commencing, as of, as from, if, if not, only if, when, skipping'
).split(', ');
const boundsOfDays = (
  'except, excluding, but not, unless, until, till, up until, no later than, no earlier than, ' +
  'not before, not after'
).split(', ');
const exceptions = (
  'except, except for, excluding, but not, save, bar, barring, besides, apart from, aside from, ' +
  'with the exception of, omitting, not, without, skipping, minus'
).split(', ');

const clauseFirst = fc.constantFrom<((clause: string, rest: string) => string)[]>(
  (clause, rest) => `zork ${clause} ${rest}`,
  (clause, rest) => `zork ${clause}, ${rest}`,
  (clause, rest) => `zork ${clause} - ${rest}`,
  (clause, rest) => `zork ${clause} (${rest})`,
  (clause, rest) => `zork ${clause} ${rest} at 8`,
  (clause, rest) => `zork ${clause} ${rest}, remind me on time #home !1`,
  (clause, rest) => `${clause} ${rest}: zork`,
);
const clauseLast = fc.constantFrom<((clause: string, rest: string) => string)[]>(
  (clause, rest) => `zork ${rest} ${clause}`,
  (clause, rest) => `zork ${rest}, ${clause}`,
);

/** All of the words are understood, or none of them is and `unread` has some. */
function assertWhole(phrase: string): void {
  const { draft, unread } = parseQuickAdd(phrase, { now: '2026-09-16T08:00:00Z', timeZone: 'Europe/Berlin' });
  const said = `${phrase}: ${JSON.stringify(draft)}`;
  if (draft.due_date !== undefined) assert.equal(draft.title, 'zork', said);
  else assert.notEqual(unread.length, 0, said);
  assert.ok(draft.due_date !== undefined || draft.recurrence_rule === undefined, said);
}

function phrases(
  shape: typeof clauseFirst,
  clauses: string[],
  words: string[],
  objects: string[],
): fc.Arbitrary<string> {
  const parts = [
    shape,
    fc.constantFrom(...clauses),
    fc.constantFrom(...words),
    fc.constantFrom(...objects),
  ] as const;
  return fc
    .tuple(...parts)
    .map(([write, clause, connector, object]) => write(clause, `${connector} ${object}`));
}

const kinds: [what: string, phrase: fc.Arbitrary<string>][] = [
  ['a connector and a time behind a clause', phrases(clauseFirst, [...series, ...days], connectors, times)],
  ['a bound that nobody can read behind a recurrence', phrases(clauseFirst, series, boundsOfSeries, unknown)],
  ['a bound that nobody can read behind a day', phrases(clauseFirst, days, boundsOfDays, unknown)],
  ['an exception before a recurrence', phrases(clauseLast, everies, exceptions, times)],
];

for (const [what, phrase] of kinds)
  test(`nothing is half understood: ${what}`, () =>
    fc.assert(fc.property(phrase, assertWhole), { numRuns: 2_000 }));
