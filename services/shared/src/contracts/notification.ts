import { Type, type Static } from 'typebox';
import { Count, DateOrDateTime, DateTime, nullable, Uuid } from './scalars.ts';

export const NotificationKind = Type.Enum(['reminder', 'digest']);
export type NotificationKind = Static<typeof NotificationKind>;

/**
 * One entry of a person's inbox. `id` is the event's that it came from: one event, one entry. A snoozed entry is out of the
 * inbox until `snoozed_until`, and is unread then.
 */
export const Notification = Type.Object(
  {
    id: Uuid,
    workspace_id: Uuid,
    kind: NotificationKind,
    task_id: nullable(Uuid),
    title: Type.String(),
    body: Type.String(),
    due_date: nullable(DateOrDateTime),
    remind_at: DateTime,
    lateness_ms: Count,
    is_late: Type.Boolean(),
    created_at: DateTime,
    read_at: nullable(DateTime),
    dismissed_at: nullable(DateTime),
    snoozed_until: nullable(DateTime),
  },
  { $id: 'Notification', additionalProperties: false },
);
export type Notification = Static<typeof Notification>;

/** Answer of `GET /api/v1/notifications`, the newest first. `unread` counts the whole inbox. */
export const NotificationPage = Type.Object(
  {
    notifications: Type.Array(Notification),
    total: Count,
    unread: Count,
    next_cursor: nullable(Type.String()),
  },
  { $id: 'NotificationPage', additionalProperties: false },
);
export type NotificationPage = Static<typeof NotificationPage>;

/** Answer of `POST /api/v1/notifications/read-all`. */
export const InboxCount = Type.Object({ unread: Count }, { $id: 'InboxCount', additionalProperties: false });
export type InboxCount = Static<typeof InboxCount>;

/**
 * Tells open clients, through `task-updates`, that their inbox changed. It has no `seq` and may be lost: clients read the
 * inbox at every connection.
 */
export const NotificationNudge = Type.Object(
  {
    event_id: Uuid,
    event_type: Type.Literal('notification-changed'),
    schema_version: Type.Literal('1.0'),
    timestamp: DateTime,
    workspace_id: Uuid,
    notification_id: nullable(Uuid),
    unread: Count,
  },
  { $id: 'NotificationNudge', additionalProperties: false },
);
export type NotificationNudge = Static<typeof NotificationNudge>;

/** The CloudEvents `type` of a nudge. */
export const notificationNudgeType = 'com.todoai.notification.changed';

export const ChannelKind = Type.Enum(['email', 'web_push', 'webhook', 'ntfy']);
export type ChannelKind = Static<typeof ChannelKind>;

/** Where a channel leads. What is secret in it is written and never read back: it shows as absent. */
export const ChannelTarget = Type.Union([
  Type.Object(
    { kind: Type.Literal('email'), address: Type.String({ format: 'email', maxLength: 254 }) },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      kind: Type.Literal('web_push'),
      endpoint: Type.String({ format: 'uri', maxLength: 2_000 }),
      keys: Type.Object(
        {
          p256dh: Type.String({ minLength: 80, maxLength: 100 }),
          auth: Type.String({ minLength: 16, maxLength: 40 }),
        },
        { additionalProperties: false },
      ),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    { kind: Type.Literal('webhook'), url: Type.String({ format: 'uri', maxLength: 2_000 }) },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      kind: Type.Literal('ntfy'),
      server: Type.String({ format: 'uri', maxLength: 500 }),
      topic: Type.String({
        pattern: '^[-_A-Za-z0-9]{1,64}$',
        'x-words': '1 to 64 letters, digits, hyphens or underscores',
        examples: ['my-reminders'],
      }),
      token: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    },
    { additionalProperties: false },
  ),
]);
export type ChannelTarget = Static<typeof ChannelTarget>;

/** A channel as it is shown. `label` says where it leads without a secret in it. */
export const ChannelView = Type.Object(
  {
    id: Uuid,
    kind: ChannelKind,
    label: Type.String(),
    is_enabled: Type.Boolean(),
    /** Why it was turned off, where Rondo did that: a subscription that is gone. */
    disabled_reason: nullable(Type.String()),
    created_at: DateTime,
  },
  { $id: 'Channel', additionalProperties: false },
);
export type ChannelView = Static<typeof ChannelView>;

/** Answer of `GET /api/v1/channels`. */
export const ChannelList = Type.Object(
  { channels: Type.Array(ChannelView) },
  { $id: 'ChannelList', additionalProperties: false },
);
export type ChannelList = Static<typeof ChannelList>;

/** Answer of `POST /api/v1/channels`. The secret that a webhook's messages are signed with is told this once. */
export const AddedChannel = Type.Object(
  { ...ChannelView.properties, signing_secret: Type.Optional(Type.String()) },
  { $id: 'AddedChannel', additionalProperties: false },
);
export type AddedChannel = Static<typeof AddedChannel>;

/** Answer of `POST /api/v1/channels/{id}/test`. */
export const ChannelTest = Type.Object(
  { status: Type.Enum(['sent', 'failed']), reason: nullable(Type.String()) },
  { $id: 'ChannelTest', additionalProperties: false },
);
export type ChannelTest = Static<typeof ChannelTest>;

const clockTime = Type.String({
  pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$',
  'x-words': 'a time of day as HH:MM, such as 22:00',
  examples: ['22:00'],
});

/** A person's settings. Quiet hours hold back every channel but the inbox; the digest tells of the day's tasks. */
export const NotificationSettings = Type.Object(
  {
    time_zone: Type.String({ minLength: 1, maxLength: 64 }),
    quiet_hours: nullable(Type.Object({ from: clockTime, to: clockTime }, { additionalProperties: false })),
    digest_at: nullable(clockTime),
  },
  { $id: 'NotificationSettings', additionalProperties: false },
);
export type NotificationSettings = Static<typeof NotificationSettings>;

export const DeliveryStatus = Type.Enum(['waiting', 'sent', 'failed']);
export type DeliveryStatus = Static<typeof DeliveryStatus>;

/** What became of one notification on one channel: how often it was tried, and why it failed. */
export const Delivery = Type.Object(
  {
    id: Uuid,
    notification_id: nullable(Uuid),
    channel_id: nullable(Uuid),
    channel_kind: Type.Enum(['in_app', 'email', 'web_push', 'webhook', 'ntfy']),
    title: Type.String(),
    status: DeliveryStatus,
    attempts: Count,
    reason: nullable(Type.String()),
    created_at: DateTime,
    last_attempt_at: nullable(DateTime),
    next_attempt_at: nullable(DateTime),
    sent_at: nullable(DateTime),
  },
  { $id: 'Delivery', additionalProperties: false },
);
export type Delivery = Static<typeof Delivery>;

export const DeliveryPage = Type.Object(
  { deliveries: Type.Array(Delivery), total: Count, next_cursor: nullable(Type.String()) },
  { $id: 'DeliveryPage', additionalProperties: false },
);
export type DeliveryPage = Static<typeof DeliveryPage>;
