import type { Task } from '@rondo/shared/contracts/task';
import { AppError } from '@rondo/shared/errors';

/** Of a task as JSON in UTF-8. Its event must pass every broker: Kafka takes 1 MiB by default, Dapr 4 MiB. */
const maxDocumentBytes = 192 * 1024;
/** A character of a text takes at most six bytes: `\u0001`. */
const bytesOfCharacter = 6;
/** More than the names of the fields, and the fields of a fixed length, take. */
const bytesOfFrame = 2_048;

/**
 * Checks that the event of a task can be published. A task within the limits of its fields always passes. One from before those
 * limits, or one that is derived from it, may not.
 * @throws AppError 422 `document-too-large`
 */
export function checkDocumentSize(task: Task): void {
  if (bytesOfFrame + maxBytesOf(task) <= maxDocumentBytes) return;
  const bytes = new TextEncoder().encode(JSON.stringify(task)).length;
  if (bytes > maxDocumentBytes)
    throw new AppError(
      'document-too-large',
      `The task takes ${bytes} bytes as JSON, and at most ${maxDocumentBytes} are possible. Shorten its texts.`,
    );
}

/** An upper bound that costs no serialisation. */
function maxBytesOf(task: Task): number {
  const texts = [
    task.title,
    task.description,
    task.list,
    task.start,
    task.due_date,
    task.time_zone,
    task.recurrence_rule,
    task.reminder_time,
    ...task.labels,
    ...(task.exdates ?? []),
    ...(task.rdates ?? []),
  ];
  let bytes = 0;
  for (const text of texts) bytes += (text?.length ?? 0) * bytesOfCharacter + 3;
  for (const reminder of task.reminders)
    bytes += ('at' in reminder ? reminder.at : reminder.before).length + 16;
  return bytes;
}
