import type { ChannelKind } from '@rondo/shared/contracts/notification';

/** An enabled channel, and from when on it may disturb its person. */
export type Recipient = { id: string; workspace_id: string; kind: ChannelKind; deliverable_at: string };

export type PlannedDelivery = {
  id: string;
  notification_id: string;
  channel_id: string | null;
  channel_kind: ChannelKind | 'in_app';
  next_attempt_at: string | null;
};

/** One delivery for each channel of an entry's workspace. The one in the app needs nothing more: it has no next attempt. */
export function planDeliveries(
  entries: readonly { id: string; workspace_id: string }[],
  recipients: readonly Recipient[],
  nextId: () => string,
): PlannedDelivery[] {
  const byWorkspace = Map.groupBy(recipients, ({ workspace_id }) => workspace_id);
  return entries.flatMap(({ id: notificationId, workspace_id: workspaceId }) => {
    const inApp: PlannedDelivery = {
      id: nextId(),
      notification_id: notificationId,
      channel_id: null,
      channel_kind: 'in_app',
      next_attempt_at: null,
    };
    const elsewhere = (byWorkspace.get(workspaceId) ?? []).map(
      ({ id, kind, deliverable_at }): PlannedDelivery => ({
        id: nextId(),
        notification_id: notificationId,
        channel_id: id,
        channel_kind: kind,
        next_attempt_at: deliverable_at,
      }),
    );
    return [inApp, ...elsewhere];
  });
}
