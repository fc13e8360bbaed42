import { uuidOfName } from '@rondo/shared/uuid-of-name';
import type { NewNotification } from './notification.ts';

/** Of a workspace, from midnight UTC. */
export const maxNotificationsOfDay = 5_000;

/** The entry of a day on which more came. It has one id for each day, so that it is added once. */
export function noticeOfFullInbox(workspaceId: string, day: string, now: Date): NewNotification {
  const count = maxNotificationsOfDay.toLocaleString('en-US');
  return {
    id: uuidOfName(workspaceId, `full inbox ${day}`),
    workspace_id: workspaceId,
    kind: 'notice',
    task_id: null,
    title: 'Too many notifications today',
    body: `An inbox takes ${count} notifications a day. Reminders that come later today are not shown: look at the dates of your tasks.`,
    due_date: null,
    remind_at: now.toISOString(),
    lateness_ms: 0,
    is_late: false,
    created_at: now.toISOString(),
  };
}
