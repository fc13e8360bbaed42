import type { ChannelView } from '@rondo/shared/contracts/notification';
import type { ChannelRow } from '../../store/tables.ts';

/** A channel as it is shown: where it leads, and nothing that is sealed. */
export function toChannelView({
  id,
  kind,
  label,
  is_enabled,
  disabled_reason,
  created_at,
}: ChannelRow): ChannelView {
  return { id, kind, label, is_enabled, disabled_reason, created_at };
}
