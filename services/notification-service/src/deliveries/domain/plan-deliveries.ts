import type { ChannelKind } from '@rondo/shared/contracts/notification';

/** An enabled channel, and from when on it may disturb its person. */
export type Recipient = { id: string; workspace_id: string; kind: ChannelKind; deliverable_at: string };

export type PlannedDelivery = {
  id: string;
  notification_id: string;
  channel_id: string;
  channel_kind: ChannelKind;
  next_attempt_at: string;
};

/** One delivery for each channel of an entry's workspace. */
export function planDeliveries(
  entries: readonly { id: string; workspace_id: string }[],
  recipients: readonly Recipient[],
  nextId: () => string,
): PlannedDelivery[] {
  const byWorkspace = Map.groupBy(recipients, ({ workspace_id }) => workspace_id);
  return entries.flatMap(({ id: notificationId, workspace_id: workspaceId }) =>
    (byWorkspace.get(workspaceId) ?? []).map(({ id, kind, deliverable_at }) => ({
      id: nextId(),
      notification_id: notificationId,
      channel_id: id,
      channel_kind: kind,
      next_attempt_at: deliverable_at,
    })),
  );
}
