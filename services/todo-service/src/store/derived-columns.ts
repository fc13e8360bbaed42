import type { Task } from '@rondo/shared/contracts/task';
import { instantOfDate } from '../domain/due-instant.ts';
import { folded } from '../domain/search-words.ts';
import { searchVector } from '../domain/search-vector.ts';

/** The columns of a task that PostgreSQL can't read from its document: lists filter, sort and search by them. */
export type DerivedColumns = {
  due_at: string | null;
  /** The date of an all-day task; null for a timed one. */
  due_on: string | null;
  /** What titles are sorted by: without case and accents. */
  title_key: string;
  /** The text of a `tsvector`. */
  search: string;
};

/** The most characters of a title that tell its place. */
export const titleKeyLength = 64;

export function derivedColumns(task: Task): DerivedColumns {
  const { title, due_date: due, time_zone: zone } = task;
  return {
    due_at: due === null ? null : instantOfDate(due, zone).toISOString(),
    due_on: due?.length === 10 ? due : null,
    title_key: titleKey(title),
    search: searchVector(task),
  };
}

/** A key has no control characters, so that a cursor with it stays short. */
function titleKey(title: string): string {
  return folded(title)
    .replace(/\p{Cc}/gu, ' ')
    .slice(0, titleKeyLength)
    .toWellFormed();
}
