import type { Task } from '@rondo/shared/contracts/task';

/** A state of a task that a client expects: its version, the history in which it counts, or both. */
export type ExpectedState = { version?: number; historyMark?: string };

/** A state of a task that the database has. */
export type TaskState = { task: Task; historyId: string };

/**
 * What an ETag has of the id of a history: its last 48 bits, which are random. A restore from a backup begins another history, in
 * which versions repeat with other content.
 */
export function markOf(historyId: string): string {
  return historyId.slice(-12);
}

/** The ETag of a task: its version, and the history in which it counts. */
export function entityTagOf({ version }: Pick<Task, 'version'>, historyId: string): string {
  return `"${version}-${markOf(historyId)}"`;
}

const pattern = /^"(\d{1,15})-([0-9a-f]{12})"$/;

/** Reads the ETag of a task; undefined if no task has it. That of a release before, only a version, is none: it may be of any history. */
export function readEntityTag(tag: string): ExpectedState | undefined {
  const [, version, historyMark] = pattern.exec(tag) ?? [];
  return historyMark === undefined ? undefined : { version: Number(version), historyMark };
}

/** What the fields `version` and `history_id` of a body expect, if it has one of them. */
export function expectedByBody({
  version,
  history_id: historyId,
}: {
  version?: number;
  history_id?: string;
}): ExpectedState[] | undefined {
  if (version === undefined && historyId === undefined) return undefined;
  return [
    {
      ...(version === undefined ? {} : { version }),
      ...(historyId === undefined ? {} : { historyMark: markOf(historyId) }),
    },
  ];
}

/** Whether a task is in one of the states that a client expects. */
export function isExpected({ task, historyId }: TaskState, expected: readonly ExpectedState[]): boolean {
  return expected.some(
    ({ version = task.version, historyMark = markOf(historyId) }) =>
      version === task.version && historyMark === markOf(historyId),
  );
}
