import { ruleText } from '@rondo/recurrence/rule';
import type { Found } from './clause.ts';
import { dayApart, hasLooseWords, runsOf, timedOf, type Run } from './runs.ts';
import type { ResolveContext } from '../resolve/due.ts';
import { resolve, type Resolution } from '../resolve/resolve.ts';
import { beginsHoliday, readHoliday } from '../words/days/holidays.ts';
import type { Unread } from '../quick-add.ts';
import type { Words } from '../words.ts';

/** The meaning of a phrase, the clauses that have a part in it, and the words that were not understood. */
export type Understanding = Resolution & { unread: Run[] };

/** Releasing clauses can make others mean something else. After this many times all clauses that say when are released. */
const maxRounds = 4;

/**
 * Decides what the clauses of a phrase mean together, without half of a meaning: a clause counts only if all words of dates
 * and recurrences around it are understood. Otherwise its words stay in the title.
 */
export function understand(words: Words, found: Found[], context: ResolveContext): Understanding {
  const timed = new Set(timedOf(found));
  const day = leadingDay(words, timed);
  if (!hasLooseWords(words, found) && dayApart(words, found) === undefined && day.length === 0) {
    const resolution = resolve(found, context);
    if ([...timed].every((one) => resolution.accepted.has(one))) return { ...resolution, unread: [] };
  }
  const runs = [...day, ...runsOf(words, found)];
  const hasRule = found.some(({ clause }) => clause.is === 'rule');
  let usable = found;
  for (let round = 1; ; round += 1) {
    const resolution = resolve(usable, context);
    const { accepted } = resolution;
    const unread = runs.filter((run) => run.hasUnread || !run.clauses.every((one) => accepted.has(one)));
    const isAll = round === maxRounds || (unread.length > 0 && (hasRule || !hasDay(accepted)));
    const released = isAll ? timed : new Set(unread.flatMap(({ clauses }) => clauses));
    const isDone = usable.every((one) => !released.has(one));
    if (isDone) return { ...resolution, unread };
    usable = usable.filter((one) => !released.has(one));
  }
}

/**
 * "christmas party at 6pm" and "Monday Club at 7" are not today, and "easter egg hunt every year" not on this date of each year: without another day,
 * the day that begins the phrase is a word of time, although it names something.
 */
function leadingDay(words: Words, timed: Set<Found>): Run[] {
  const [first] = words.tokens;
  if (timed.size === 0 || !(first?.isOfDay || beginsHoliday(first?.word ?? ''))) return [];
  const hidden = words.tokens.findIndex(({ isOfDay }) => !isOfDay);
  const next = hidden > 0 ? hidden : (readHoliday(words, 0)?.next ?? 0);
  const needsDay = [...timed].every(({ clause }) =>
    clause.is === 'rule' ? ruleText(clause.rule) === 'FREQ=YEARLY' : /^(?:clock|times|part)$/.test(clause.is),
  );
  return next > 0 && needsDay ? [{ first: 0, next, clauses: [], hasUnread: true }] : [];
}

/** Whether a day was understood. A time by itself would be today or tomorrow, which an unread date may contradict. */
function hasDay(accepted: Set<Found>): boolean {
  return [...accepted].some(({ clause: { is } }) => /^(?:day|days|moments|instant|until|rule)$/.test(is));
}

/** The unread words with their offsets, apart from accepted clauses between them. `aside`: other words without effect. */
export function unreadOf(
  text: string,
  words: Words,
  { unread, accepted }: Understanding,
  aside: Pick<Found, 'first' | 'next'>[],
): Unread[] {
  if (unread.length === 0 && aside.length === 0) return [];
  const taken = new Set<number>();
  for (const { first, next } of accepted) for (let at = first; at < next; at += 1) taken.add(at);
  const apart = unread.filter(
    (run) => !aside.some(({ first, next }) => first <= run.first && run.next <= next),
  );
  const ranges = [...apart, ...aside].toSorted((a, b) => a.first - b.first);
  let end = 0;
  return ranges.flatMap(({ first, next }) => {
    const parts: Unread[] = [];
    // Ranges may overlap: the adjective "weekday" is one of the words of "in weekday days".
    const begin = Math.max(first, end);
    end = Math.max(end, next);
    for (let at = begin; at < next; at += 1) {
      const token = words.tokens[at];
      if (token === undefined || taken.has(at)) continue;
      const part = taken.has(at - 1) ? undefined : parts.at(-1);
      if (part) part.end = token.end;
      else parts.push({ start: token.start, end: token.end, text: '' });
    }
    return parts.map(({ start, end }) => ({ start, end, text: text.slice(start, end) }));
  });
}
