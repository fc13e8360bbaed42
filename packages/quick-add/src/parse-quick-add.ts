import type { Found } from './clauses/clause.ts';
import { findClauses } from './clauses/find-clauses.ts';
import { draftOf } from './draft.ts';
import type { QuickAdd, QuickAddContext, QuickAddSpan } from '@rondo/shared/contracts/quick-add';
import { sentenceOf } from './sentence.ts';
import { settle } from './resolve/resolve.ts';
import { titleOf } from './title.ts';
import { tokenize, type Token } from './tokens.ts';
import { wallOf } from '@rondo/time/wall-clock';

/**
 * Reads a phrase as a task: `Pay rent every month on the 1st at 9, remind me 1 day before, #home`. What is not understood
 * stays in the title; what is in quotes stays there as it is. Dates count from `now` in `time_zone`, whatever the
 * machine's zone is. No text is an error, and no title is empty.
 * @throws RangeError where `now` is no instant or `time_zone` no time zone
 */
export function parseQuickAdd(text: string, context: QuickAddContext): QuickAdd {
  const now = Date.parse(context.now);
  const { day: today } = wallOf(now, context.time_zone);
  const storable = text.toWellFormed().replaceAll('\0', '\uFFFD');
  const tokens = tokenize(storable);
  const found = findClauses({ tokens, today, now });
  const { meaning, accepted } = settle(found, { now, zone: context.time_zone });
  const taken = found.filter((one) => accepted.has(one));
  const title = titleFor(storable, tokens, taken);
  return {
    draft: draftOf(title, meaning),
    spans: taken.map((one) => spanOf(one, tokens, meaning.rule !== undefined)),
    sentence: sentenceOf(title, meaning),
  };
}

/** A task has to be called something: where every word was taken, by all of them. */
function titleFor(text: string, tokens: Token[], taken: Found[]): string {
  const indexes = new Set<number>();
  for (const { first, next } of taken) for (let index = first; index < next; index++) indexes.add(index);
  const title = titleOf(tokens, (index) => indexes.has(index));
  return title || text.trim().replaceAll(/\s+/g, ' ') || 'Untitled';
}

function spanOf({ kind, first, next, clause }: Found, tokens: Token[], recurs: boolean): QuickAddSpan {
  const isEnd = recurs && clause.is === 'length';
  const wasNoEnd = !recurs && clause.is === 'until';
  return {
    start: tokens[first]?.start ?? 0,
    end: tokens[next - 1]?.end ?? 0,
    kind: isEnd ? 'recurrence' : wasNoEnd ? 'date' : kind,
  };
}
