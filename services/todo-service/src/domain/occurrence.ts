import type { Task } from '@rondo/shared/contracts/task';
import type { Change } from './task.ts';

/** A series has at most one of these. */
export function isOpenOccurrence({ series_id, is_recurring, status, deleted_at }: Task): boolean {
  return series_id !== null && is_recurring && status !== 'complete' && deleted_at === null;
}

/** Whether a change opens an occurrence of a series that may have another open one. A new series has none. */
export function opensOccurrence({ before, after }: Pick<Change, 'before' | 'after'>): boolean {
  return (
    before !== undefined && before.series_id !== null && isOpenOccurrence(after) && !isOpenOccurrence(before)
  );
}
