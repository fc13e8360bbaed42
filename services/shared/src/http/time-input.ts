import { RuleError } from '@rondo/recurrence/rule-error';
import { isTimeZone } from '@rondo/time/zone';
import { AppError, invalidInput } from '../errors.ts';

/** Accepts a time zone of the IANA database, null and undefined. @throws AppError 422 for `time_zone` if it is unknown */
export function checkTimeZone(name: string | null | undefined): void {
  if (name !== null && name !== undefined && !isTimeZone(name))
    throw invalidInput([{ field: 'time_zone', message: 'is not a time zone of the IANA database' }]);
}

/**
 * Reads or computes a recurrence rule of a field.
 * @throws AppError 422 `invalid-rule` for the field, with the reason and its position in the rule
 */
export function readRule<Result>(field: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    const message = `${error.reason} at position ${error.position}`;
    throw new AppError('invalid-rule', `${field} ${message}`, { errors: [{ field, message }] });
  }
}
