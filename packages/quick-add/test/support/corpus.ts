import { defaultPolicies, preview } from '@rondo/recurrence/occurrences';
import { parseQuickAdd } from '../../src/parse-quick-add.ts';
import type { QuickAddDraft } from '../../src/quick-add.ts';

/**
 * What a phrase means. `due` and `start` are written as in a draft. `rule` is an RRULE value; another rule is right if it
 * has the same occurrences. `exdates` are dates. `unread`: each of these words is in `unread` of the result.
 */
type Reading = {
  title: string;
  start?: string;
  due?: string;
  rule?: string;
  basis?: 'completion';
  exdates?: string[];
  unread?: string[];
};

/** A phrase with one right reading, or with several in `oneOf`. Without `now` it is Wednesday 16 September 2026, 10:00. */
export type Row = Partial<Reading> & {
  phrase: string;
  /** The group of the corpus. */
  kind?: string;
  now?: string;
  zone?: string;
  order?: 'dmy' | 'mdy';
  oneOf?: Reading[];
  /** The page that documents the phrase. */
  source?: string;
};

type Result = { draft: QuickAddDraft & { exdates?: string[] }; unread?: { text: string }[] };

/** The rows that are read otherwise than expected, as lines of text. */
export function wrongRows(rows: Row[]): string[] {
  return rows.flatMap((row) => {
    const timeZone = row.zone ?? 'Europe/Berlin';
    const context = {
      now: row.now ?? '2026-09-16T10:00:00+02:00',
      timeZone,
      ...(row.order && { dateOrder: row.order }),
    };
    const result: Result = parseQuickAdd(row.phrase, context);
    const readings = row.oneOf ?? [{ ...row, title: row.title ?? row.phrase }];
    if (readings.some((reading) => isRead(reading, result, timeZone))) return [];
    const wanted = readings.map(readingText).join(' or ');
    return [`${row.phrase}\n    expected ${wanted}\n    got      ${readingText(readingOf(result))}`];
  });
}

function readingOf({ draft, unread }: Result): Reading {
  return {
    title: draft.title,
    ...(draft.start !== undefined && { start: draft.start }),
    ...(draft.due_date !== undefined && { due: draft.due_date }),
    ...(draft.recurrence_rule !== undefined && { rule: draft.recurrence_rule }),
    ...(draft.recurrence_basis && { basis: draft.recurrence_basis }),
    ...(draft.exdates && { exdates: draft.exdates }),
    ...(unread && unread.length > 0 && { unread: unread.map(({ text }) => text) }),
  };
}

function isRead(expected: Reading, result: Result, timeZone: string): boolean {
  const got = readingOf(result);
  const unread = (got.unread ?? []).join(' ').toLowerCase();
  return (
    got.title === expected.title &&
    got.start === expected.start &&
    got.due === expected.due &&
    got.basis === expected.basis &&
    haveSameOccurrences(expected, got, timeZone) &&
    (expected.unread ?? []).every((words) => unread.includes(words.toLowerCase()))
  );
}

/** Enough for a rule that differs only in its end. */
const compared = 400;

function haveSameOccurrences(expected: Reading, got: Reading, timeZone: string): boolean {
  if (expected.rule === undefined || got.rule === undefined) return expected.rule === got.rule;
  const wanted = occurrencesOf(expected, timeZone);
  const found = occurrencesOf(got, timeZone);
  return wanted.length === found.length && wanted.every((date, index) => date === found[index]);
}

function occurrencesOf({ rule = '', due = '', start, exdates = [] }: Reading, timeZone: string): string[] {
  const anchor = (start ?? due).slice(0, 19);
  const days = exdates.map((date) => date.slice(0, 10));
  const series = { rule, rdates: [], exdates: days, anchor, timeZone, policies: defaultPolicies };
  return preview(series, compared);
}

function readingText({ title, start, due, rule, basis, exdates, unread }: Reading): string {
  const parts = [
    start && `from ${start}`,
    due && `due ${due}`,
    rule,
    basis,
    exdates && `without ${exdates.join(' ')}`,
    unread && `unread ${JSON.stringify(unread)}`,
  ];
  return [JSON.stringify(title), ...parts.filter(Boolean)].join(' ');
}
