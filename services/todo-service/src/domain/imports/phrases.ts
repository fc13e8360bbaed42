import { parseQuickAdd } from '@rondo/quick-add/parse-quick-add';
import type { QuickAdd } from '@rondo/quick-add/quick-add';
import type { ReadContext } from './collection.ts';

/** Longer lines are no phrases. It limits the time that the grammar takes. */
const maxPhrase = 500;
const maxKnown = 5_000;

/** Dates in words, as our own grammar reads them. */
export type DateWords = (words: string, zone: string) => QuickAdd['draft'] | undefined;

/** Reads a line as a phrase of quick add; undefined if it is too long for one. */
export function readPhrase(text: string, { now, zone, dateOrder }: ReadContext): QuickAdd | undefined {
  if (text.length > maxPhrase) return undefined;
  return parseQuickAdd(text, { now: now.toISOString(), timeZone: zone, dateOrder });
}

/** Reads dates that are written in words, such as "every workday at 9". Files repeat them, so they are kept. */
export function openDateWords(context: ReadContext): DateWords {
  const known = new Map<string, QuickAdd['draft'] | undefined>();
  return (words, zone) => {
    const key = JSON.stringify([words, zone]);
    if (known.has(key)) return known.get(key);
    const found = datesOf(words, { ...context, zone });
    if (known.size < maxKnown) known.set(key, found);
    return found;
  };
}

/** A title that is not a word of any date. */
const title = 'x';

function datesOf(words: string, context: ReadContext): QuickAdd['draft'] | undefined {
  const read = readPhrase(`${title} ${words}`, context);
  if (!read || read.unread.length > 0) return undefined;
  const { draft } = read;
  const isOnlyDates =
    draft.title === title && !draft.labels && !draft.list && draft.priority === undefined && !draft.reminders;
  return isOnlyDates && (draft.due_date ?? draft.start) !== undefined ? draft : undefined;
}
