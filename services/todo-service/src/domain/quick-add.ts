import { Compile } from 'typebox/compile';
import { parseQuickAdd } from '@rondo/quick-add/parse-quick-add';
import type { QuickAdd } from '@rondo/shared/contracts/quick-add';
import {
  TaskDraft,
  type DateOrder,
  type PhraseToParse,
  type TaskCreation,
} from '@rondo/shared/contracts/task';
import { invalidInput } from '@rondo/shared/errors';
import { checkTimeZone } from '@rondo/shared/http/time-input';
import { dateOrderOf } from './date-order.ts';

/** When and where a phrase is said and in which language (BCP 47), unless the request says otherwise. */
export type Speaker = { now: Date; timeZone: string; locale: string | null };

const draft = Compile(TaskDraft);

/** @throws AppError 422 if `time_zone` is invalid */
export function parsePhrase(phrase: PhraseToParse, speaker: Speaker): QuickAdd {
  const { text, now, time_zone: zone, date_order: dateOrder } = phrase;
  checkTimeZone(zone);
  return parseQuickAdd(text, {
    now: now ?? speaker.now.toISOString(),
    timeZone: zone ?? speaker.timeZone,
    dateOrder: dateOrder ?? dateOrderOf(speaker.locale),
  });
}

/**
 * Builds the draft for a creation: the parsed phrase, overridden by the given fields.
 * @throws AppError 422 without title and phrase, with `now` or `date_order` but no phrase, or if the phrase gives an invalid
 *   draft
 */
export function draftOfCreation(creation: TaskCreation, speaker: Speaker): TaskDraft {
  const { quick_add: phrase, now, date_order: dateOrder, ...given } = creation;
  if (phrase === undefined) {
    const field: 'now' | 'date_order' | undefined = ofPhraseOnly(now, dateOrder);
    if (field !== undefined) throw invalidInput([{ field, message: 'is valid only with quick_add' }]);
    const { title } = given;
    if (title === undefined)
      throw invalidInput([{ field: 'title', message: 'is missing, and so is quick_add' }]);
    return { ...given, title };
  }
  const zone = given.time_zone ?? undefined;
  const { exdates, ...parsed } = parsePhrase(
    {
      text: phrase,
      ...(now === undefined ? {} : { now }),
      ...(zone === undefined ? {} : { time_zone: zone }),
      ...(dateOrder === undefined ? {} : { date_order: dateOrder }),
    },
    speaker,
  ).draft;
  const spoken = { ...parsed, ...given };
  // The dates belong to the rule of the phrase. A given rule is another one.
  const keepsRule = spoken.recurrence_rule === parsed.recurrence_rule;
  const merged = { ...(exdates && keepsRule ? { exdates } : {}), ...spoken };
  const [error] = draft.Check(merged) ? [] : draft.Errors(merged);
  if (error)
    throw invalidInput([
      { field: 'quick_add', message: `gives a ${error.instancePath.slice(1)} that ${error.message}` },
    ]);
  return merged;
}

function ofPhraseOnly(now: string | undefined, dateOrder: DateOrder | undefined) {
  if (now !== undefined) return 'now';
  return dateOrder === undefined ? undefined : 'date_order';
}
