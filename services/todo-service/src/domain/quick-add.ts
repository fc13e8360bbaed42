import { Compile } from 'typebox/compile';
import { parseQuickAdd } from '@rondo/quick-add/parse-quick-add';
import type { QuickAdd } from '@rondo/shared/contracts/quick-add';
import { TaskDraft, type PhraseToParse, type TaskCreation } from '@rondo/shared/contracts/task';
import { invalidInput } from '@rondo/shared/errors';
import { checkTimeZone } from '@rondo/shared/http/time-input';

/** When and where a phrase is said, unless the request says otherwise. */
export type Speaker = { now: Date; timeZone: string };

const draft = Compile(TaskDraft);

/** @throws AppError 422 if `time_zone` is invalid */
export function parsePhrase({ text, now, time_zone: zone }: PhraseToParse, speaker: Speaker): QuickAdd {
  checkTimeZone(zone);
  return parseQuickAdd(text, {
    now: now ?? speaker.now.toISOString(),
    timeZone: zone ?? speaker.timeZone,
  });
}

/**
 * Builds the draft for a creation: the parsed phrase, overridden by the given fields.
 * @throws AppError 422 without title and phrase, with `now` but no phrase, or if the phrase gives an invalid draft
 */
export function draftOfCreation(creation: TaskCreation, speaker: Speaker): TaskDraft {
  const { quick_add: phrase, now, ...given } = creation;
  if (phrase === undefined) {
    if (now !== undefined) throw invalidInput([{ field: 'now', message: 'is valid only with quick_add' }]);
    const { title } = given;
    if (title === undefined)
      throw invalidInput([{ field: 'title', message: 'is missing, and so is quick_add' }]);
    return { ...given, title };
  }
  const zone = given.time_zone ?? undefined;
  const parsed = parsePhrase(
    {
      text: phrase,
      ...(now === undefined ? {} : { now }),
      ...(zone === undefined ? {} : { time_zone: zone }),
    },
    speaker,
  ).draft;
  const merged = { ...parsed, ...given };
  const [error] = draft.Check(merged) ? [] : draft.Errors(merged);
  if (error)
    throw invalidInput([
      { field: 'quick_add', message: `gives a ${error.instancePath.slice(1)} that ${error.message}` },
    ]);
  return merged;
}
