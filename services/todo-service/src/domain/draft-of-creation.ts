import { Compile } from 'typebox/compile';
import { parseQuickAdd } from '@rondo/quick-add/parse-quick-add';
import type { QuickAdd } from '@rondo/shared/contracts/quick-add';
import { TaskDraft, type PhraseToParse, type TaskCreation } from '@rondo/shared/contracts/task';
import { invalidInput } from '@rondo/shared/errors';
import { checkTimeZone } from '@rondo/shared/http/time-input';

/** When and where a phrase is said that does not tell by itself. */
export type Speaker = { now: Date; time_zone: string };

const draft = Compile(TaskDraft);

/** @throws AppError 422 where `time_zone` is none */
export function parsePhrase({ text, now, time_zone: zone }: PhraseToParse, speaker: Speaker): QuickAdd {
  checkTimeZone(zone);
  return parseQuickAdd(text, {
    now: now ?? speaker.now.toISOString(),
    timeZone: zone ?? speaker.time_zone,
  });
}

/**
 * The draft that a creation means: what its phrase says, and over it the fields that are given.
 * @throws AppError 422 without title and phrase, with `now` and no phrase, or where the phrase makes no valid draft
 */
export function draftOfCreation(creation: TaskCreation, speaker: Speaker): TaskDraft {
  const { quick_add: phrase, now, ...given } = creation;
  if (phrase === undefined) {
    if (now !== undefined)
      throw invalidInput([{ field: 'now', message: 'has a meaning for quick_add alone' }]);
    const { title } = given;
    if (title === undefined)
      throw invalidInput([{ field: 'title', message: 'is missing; quick_add would do as well' }]);
    return { ...given, title };
  }
  const zone = given.time_zone ?? undefined;
  const said = parsePhrase(
    {
      text: phrase,
      ...(now === undefined ? {} : { now }),
      ...(zone === undefined ? {} : { time_zone: zone }),
    },
    speaker,
  ).draft;
  const together = { ...said, ...given };
  const [error] = draft.Errors(together);
  if (error)
    throw invalidInput([
      { field: 'quick_add', message: `gives a ${error.instancePath.slice(1)} that ${error.message}` },
    ]);
  return together;
}
