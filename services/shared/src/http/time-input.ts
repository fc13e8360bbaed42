import { RuleError } from '@rondo/recurrence/rule-error';
import { isTimeZone } from '@rondo/time/wall-clock';
import { invalidInput } from '../errors.ts';

/** Lets a zone of the IANA database pass, and none at all. @throws AppError 422 that names `time_zone` */
export function checkTimeZone(name: string | null | undefined): void {
  if (name !== null && name !== undefined && !isTimeZone(name))
    throw invalidInput([{ field: 'time_zone', message: 'is not a time zone of the IANA database' }]);
}

/** Reads a recurrence rule out of a field. @throws AppError 422 that names the field, with the rule's reason and position */
export function readRule<Result>(field: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    throw invalidInput([{ field, message: `${error.reason} at position ${error.position}` }]);
  }
}
