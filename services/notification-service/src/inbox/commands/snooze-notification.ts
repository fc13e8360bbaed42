import { sql } from 'kysely';
import { Type, type Static } from 'typebox';
import type { Notification } from '@rondo/shared/contracts/notification';
import { DateTime } from '@rondo/shared/contracts/scalars';
import { invalidInput } from '@rondo/shared/errors';
import type { Answer } from '@rondo/shared/http/idempotency-key';
import type { CommandContext, NotificationContext } from '../../context.ts';
import { updateNotification } from '../store/update-notifications.ts';

const minutesPerYear = 525_600;

/** Until a moment in the future, or for a number of minutes from now. */
export const Snooze = Type.Union(
  [
    Type.Object({ until: DateTime }, { additionalProperties: false }),
    Type.Object(
      { minutes: Type.Integer({ minimum: 1, maximum: minutesPerYear }) },
      { additionalProperties: false },
    ),
  ],
  { $id: 'Snooze' },
);
export type Snooze = Static<typeof Snooze>;

/** Hides a notification until later, even if it was dismissed. @throws AppError 404; 422 if the moment is not in the future */
export async function snoozeNotification(
  ctx: NotificationContext,
  command: CommandContext,
  id: string,
  snooze: Snooze,
): Promise<Answer<Notification>> {
  const now = ctx.clock.now().getTime();
  const until = 'until' in snooze ? Date.parse(snooze.until) : now + snooze.minutes * 60_000;
  if (until <= now) throw invalidInput([{ field: 'until', message: 'must be in the future' }]);
  const at = new Date(until).toISOString();
  const set = sql`snoozed_until = ${at}::timestamptz, dismissed_at = NULL`;
  const answer = await updateNotification(ctx, command, id, set);
  ctx.wake.snoozed();
  return answer;
}
