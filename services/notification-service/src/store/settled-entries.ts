/*
 * Parts of statements: what an entry of the inbox is by its task. The end of a task writes no entry, because any number of
 * them may name it. Each function takes the name of a row of `notifications`.
 */

const taskOf = (entry: string) =>
  `notification_service.followed_tasks task WHERE task.workspace_id = ${entry}.workspace_id AND task.task_id = ${entry}.task_id`;

/** The end of its task after the entry appeared. An entry of a reopened task stays read. */
const endOf = (entry: string) => `${taskOf(entry)} AND task.settled_version > ${entry}.settled_version`;

/** `done` or `deleted` while the task is. */
export const settledOf = (entry: string): string =>
  `(SELECT nullif(task.state, 'open') FROM ${taskOf(entry)})`;

/** When the person read the entry, or its task ended. */
export const readAtOf = (entry: string): string =>
  `coalesce(${entry}.read_at, (SELECT task.settled_at FROM ${endOf(entry)}))`;

export const isUnread = (entry: string): string =>
  `(${entry}.read_at IS NULL AND NOT EXISTS (SELECT FROM ${endOf(entry)}))`;

/** Whether an entry is in the inbox, and unread. */
export const isUnreadInInbox = (entry: string): string =>
  `(${isUnread(entry)} AND ${entry}.dismissed_at IS NULL AND ${entry}.snoozed_until IS NULL)`;
