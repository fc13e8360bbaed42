import type { Found } from './clauses/clause.ts';
import { completeAdjective } from './clauses/complete-adjective.ts';
import { findClauses } from './clauses/find-clauses.ts';
import { draftOf } from './draft.ts';
import type { QuickAdd, QuickAddContext, QuickAddSpan } from './quick-add.ts';
import { sentenceOf } from './sentence.ts';
import { hideBracketed } from './clauses/brackets.ts';
import { hideNames } from './words/names/names.ts';
import { understand, unreadOf } from './clauses/understand.ts';
import { titleOf } from './title.ts';
import { isVisible } from './visible.ts';
import type { Token } from './token.ts';
import { tokenize } from './tokens.ts';
import { dayAt } from '@rondo/time/wall-clock';

/**
 * Reads a phrase as a task: `Pay rent every month on the 1st at 9, remind me 1 day before, #home`. Words that the grammar
 * doesn't know stay in the title, and so do quoted text and names. What is understood only in part is not taken: `unread` names it. Dates are relative to `now` in `timeZone`; the zone of the
 * machine doesn't matter. Each text is valid and gives a title.
 * @throws RangeError if `now` is not an instant or `timeZone` is unknown
 */
export function parseQuickAdd(text: string, context: QuickAddContext): QuickAdd {
  const now = Date.parse(context.now);
  const today = dayAt(now, context.timeZone);
  const storable = text.toWellFormed().replaceAll('\0', '\uFFFD');
  const tokens = tokenize(storable);
  const words = { tokens, today, now, dateOrder: context.dateOrder ?? 'mdy' };
  hideNames(words);
  let found = findClauses(words);
  const { isHidden, remarks } = hideBracketed(words, found);
  if (isHidden) found = findClauses(words);
  const completed = completeAdjective(words, found);
  ({ found } = completed);
  const understood = understand(words, found, { now, zone: context.timeZone });
  const { interpretation, accepted } = understood;
  // The rule of an adjective can have no words of its own.
  const taken = found.filter((one) => one.next > one.first && accepted.has(one));
  const isDated = interpretation.due !== undefined;
  const aside = completed.adjective && isDated ? [...remarks, completed.adjective] : remarks;
  const title = titleFor(storable, tokens, taken);
  return {
    draft: draftOf(title, interpretation),
    spans: taken.map((one) => spanOf(one, tokens, interpretation.rule !== undefined)),
    sentence: sentenceOf(title, interpretation),
    unread: unreadOf(storable, words, understood, aside),
  };
}

/** The title; the whole text if nothing that can be seen is left beside the clauses. */
function titleFor(text: string, tokens: Token[], taken: Found[]): string {
  const isTaken = new Uint8Array(tokens.length);
  for (const { first, next } of taken) isTaken.fill(1, first, next);
  const title = titleOf(tokens, (index) => isTaken[index] === 1);
  if (isVisible(title)) return title;
  const whole = text.trim().replaceAll(/\s+/g, ' ');
  return isVisible(whole) ? whole : 'Untitled';
}

/** "for 5 weeks" ends a recurrence or is a length; "until friday" ends a recurrence or is a date. */
function spanOf({ kind, first, next, clause }: Found, tokens: Token[], recurs: boolean): QuickAddSpan {
  const isRuleEnd = recurs && clause.is === 'length';
  const isPlainDate = !recurs && clause.is === 'until';
  return {
    start: tokens[first]?.start ?? 0,
    end: tokens[next - 1]?.end ?? 0,
    kind: isRuleEnd ? 'recurrence' : isPlainDate ? 'date' : kind,
  };
}
