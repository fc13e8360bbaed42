import { sql } from 'kysely';
import { Type, type Static } from 'typebox';
import type { Notification } from '@rondo/shared/contracts/notification';
import { DateTime } from '@rondo/shared/contracts/scalars';
import { invalidInput } from '@rondo/shared/errors';
import type { NotificationContext } from '../../context.ts';
import { changeNotification } from '../store/change-notification.ts';
import type { Change } from '../store/update-notifications.ts';

const yearMinutes = 525_600;

/** Until a moment of the future, or for so many minutes from now. */
export const Snooze = Type.Union(
  [
    Type.Object({ until: DateTime }, { additionalProperties: false }),
    Type.Object(
      { minutes: Type.Integer({ minimum: 1, maximum: yearMinutes }) },
      { additionalProperties: false },
    ),
  ],
  { $id: 'Snooze' },
);
export type Snooze = Static<typeof Snooze>;

/** Puts an entry away until later, also one that was dismissed. @throws AppError 404, and 422 for a moment that is past */
export async function snoozeNotification(
  ctx: NotificationContext,
  change: Change,
  id: string,
  snooze: Snooze,
): Promise<Notification> {
  const now = ctx.clock.now().getTime();
  const until = 'until' in snooze ? Date.parse(snooze.until) : now + snooze.minutes * 60_000;
  if (until <= now) throw invalidInput([{ field: 'until', message: 'must be in the future' }]);
  const at = new Date(until).toISOString();
  const snoozed = await changeNotification(
    ctx,
    change,
    id,
    sql`snoozed_until = ${at}::timestamptz, dismissed_at = NULL`,
  );
  ctx.wake.snoozed();
  return snoozed;
}
