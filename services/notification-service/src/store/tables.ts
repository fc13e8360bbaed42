import type { ChannelKind } from '@rondo/shared/contracts/channel-target';
import type { Delivery, DeliveryStatus, Notification } from '@rondo/shared/contracts/notification';
import type { Generated } from 'kysely';
import type { AgendaEntry } from '../digests/domain/agenda.ts';

/** The PostgreSQL schema of the service. */
export const schema = 'notification_service';

/** The tables of `notification_service` and their columns, as queries read them. */
export type Tables = {
  'notification_service.notifications': NotificationRow;
  'notification_service.settings': SettingsRow;
  'notification_service.channels': ChannelRow;
  'notification_service.deliveries': DeliveryRow & { kind: Generated<DeliveryKind> };
  'notification_service.agenda': AgendaRow;
  'notification_service.inbox': { event_id: string; handled_at: Generated<string> };
};

/** `appeared_at` orders the inbox: when the notification was created, or when it last returned from a snooze. */
export type NotificationRow = Omit<Notification, 'notification_type' | 'status'> & { appeared_at: string };

export type SettingsRow = {
  workspace_id: string;
  time_zone: string;
  quiet_from: string | null;
  quiet_to: string | null;
  digest_at: string | null;
  next_digest_at: string | null;
};

export type ChannelRow = {
  id: string;
  workspace_id: string;
  kind: ChannelKind;
  label: string;
  fingerprint: string;
  sealed_target: string;
  is_enabled: boolean;
  disabled_reason: string | null;
  /** When the owner of the address confirmed it; e-mail only. */
  confirmed_at: string | null;
  created_at: string;
  /** Messages in a row that the receiver refused. */
  refusals: number;
};

/** `notification` has an entry in the inbox. The others are messages about a channel. */
export type DeliveryKind = 'notification' | 'test' | 'confirmation';

export type DeliveryRow = {
  id: string;
  workspace_id: string;
  notification_id: string | null;
  channel_id: string | null;
  channel_kind: ChannelKind | 'in_app';
  title: string;
  status: DeliveryStatus;
  attempts: number;
  reason: string | null;
  created_at: string;
  first_attempt_at: string | null;
  last_attempt_at: string | null;
  next_attempt_at: string | null;
  sent_at: string | null;
  outcome: Delivery['outcome'];
};

export type AgendaRow = AgendaEntry & { changed_at: string };
