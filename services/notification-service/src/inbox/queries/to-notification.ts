import type { Notification } from '@rondo/shared/contracts/notification';
import type { NotificationRow } from '../../store/tables.ts';

/** An entry as it is sent: the order of the inbox is the service's own. */
export function toNotification({ appeared_at: _appearedAt, ...notification }: NotificationRow): Notification {
  return notification;
}
