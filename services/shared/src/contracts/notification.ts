import { Type, type Static } from 'typebox';
import { ChannelKind, channelKinds } from './channel-target.ts';
import { exampleChannel, exampleDelivery, exampleNotification } from './notification-example.ts';
import { Count, DateOrDateTime, DateTime, NextCursor, nullable, TimeZone, Uuid } from './scalars.ts';

/** `notice`: what Rondo itself has to say, such as that an inbox is full. */
export const NotificationKind = Type.Enum(['reminder', 'digest', 'notice']);
export type NotificationKind = Static<typeof NotificationKind>;

/** How the task of an entry was settled. */
export const Settled = Type.Enum(['done', 'deleted']);
export type Settled = Static<typeof Settled>;

/**
 * How a notification reached its person. `sent`: it is in the inbox and on every channel. `pending`: a channel has yet to get it.
 * `failed`: a channel did not get it, and none has yet to.
 */
export const NotificationStatus = Type.Enum(['pending', 'sent', 'failed']);
export type NotificationStatus = Static<typeof NotificationStatus>;

/**
 * An entry of a person's inbox. `notification_type` is its `kind`. `id` is the id of its event, so an event makes one entry. A
 * snoozed entry leaves the inbox until `snoozed_until`, and returns unread if its task is still open. An entry becomes read when its
 * task is done or deleted.
 */
export const Notification = Type.Object(
  {
    id: Uuid,
    workspace_id: Uuid,
    kind: NotificationKind,
    notification_type: NotificationKind,
    status: NotificationStatus,
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
    settled: Type.Union([Settled, Type.Null()], {
      description: 'what became of the task, while it is done or deleted',
    }),
  },
  {
    $id: 'Notification',
    additionalProperties: false,
    examples: [exampleNotification],
  },
);
export type Notification = Static<typeof Notification>;

/** Answer of `GET /api/v1/notifications`, newest first. `unread` counts the whole inbox. */
export const NotificationPage = Type.Object(
  {
    notifications: Type.Array(Notification),
    total: Count,
    unread: Count,
    next_cursor: NextCursor,
  },
  { $id: 'NotificationPage', additionalProperties: false },
);
export type NotificationPage = Static<typeof NotificationPage>;

/** Answer of `POST /api/v1/notifications/read-all`. */
export const InboxCount = Type.Object(
  { unread: Count },
  { $id: 'InboxCount', additionalProperties: false, examples: [{ unread: 0 }] },
);
export type InboxCount = Static<typeof InboxCount>;

/**
 * Tells open clients, on topic `notification-updates`, that their inbox changed. It has no `seq` and may be lost, so clients read the
 * inbox after each connection.
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

/** A channel without its secrets. */
export const ChannelView = Type.Object(
  {
    id: Uuid,
    kind: ChannelKind,
    label: Type.String({ description: 'the destination without its secrets' }),
    is_enabled: Type.Boolean(),
    disabled_reason: Type.Union([Type.String(), Type.Null()], {
      description: 'why Rondo turned the channel off, such as a subscription that has ended',
    }),
    created_at: DateTime,
  },
  { $id: 'Channel', additionalProperties: false, examples: [exampleChannel] },
);
export type ChannelView = Static<typeof ChannelView>;

/** Answer of `GET /api/v1/channels`. */
export const ChannelList = Type.Object(
  { channels: Type.Array(ChannelView) },
  { $id: 'ChannelList', additionalProperties: false },
);
export type ChannelList = Static<typeof ChannelList>;

/** Answer of `POST /api/v1/channels`. A webhook gets a secret that its messages are signed with; it is shown only here. */
export const AddedChannel = Type.Object(
  { ...ChannelView.properties, signing_secret: Type.Optional(Type.String()) },
  { $id: 'AddedChannel', additionalProperties: false, examples: [exampleChannel] },
);
export type AddedChannel = Static<typeof AddedChannel>;

/** Answer of `POST /api/v1/channels/{id}/test`. */
export const ChannelTest = Type.Object(
  {
    status: Type.Enum(['sent', 'failed']),
    reason: Type.Union([Type.String(), Type.Null()], { description: 'why it failed', examples: [null] }),
  },
  { $id: 'ChannelTest', additionalProperties: false },
);
export type ChannelTest = Static<typeof ChannelTest>;

const clockTime = Type.String({
  pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$',
  'x-words': 'a time of day as HH:MM, such as 22:00',
  examples: ['22:00'],
});

/** A person's settings. In quiet hours, only the inbox gets notifications. The digest lists the tasks of the day. */
export const NotificationSettings = Type.Object(
  {
    time_zone: TimeZone,
    quiet_hours: nullable(Type.Object({ from: clockTime, to: clockTime }, { additionalProperties: false })),
    digest_at: nullable(clockTime),
  },
  {
    $id: 'NotificationSettings',
    additionalProperties: false,
    examples: [
      { time_zone: 'Europe/Berlin', quiet_hours: { from: '22:00', to: '07:00' }, digest_at: '07:30' },
    ],
  },
);
export type NotificationSettings = Static<typeof NotificationSettings>;

export const DeliveryStatus = Type.Enum(['waiting', 'sent', 'failed', 'cancelled']);
export type DeliveryStatus = Static<typeof DeliveryStatus>;

const DeliveryOutcome = Type.Enum(['confirmed', 'unknown']);

/**
 * The delivery of a notification on a channel. `attempts` counts the tries; `reason` says why the last one failed, or why the
 * delivery was cancelled.
 */
export const Delivery = Type.Object(
  {
    id: Uuid,
    notification_id: nullable(Uuid),
    channel_id: nullable(Uuid),
    channel_kind: Type.Enum(['in_app', ...channelKinds]),
    title: Type.String(),
    status: DeliveryStatus,
    attempts: Count,
    reason: Type.Union([Type.String(), Type.Null()], {
      description:
        'why the last attempt failed; of a cancelled delivery `task-done`, `task-deleted`, `merged` (a later one replaces it) or `confirmed`',
    }),
    created_at: DateTime,
    last_attempt_at: nullable(DateTime),
    next_attempt_at: nullable(DateTime),
    sent_at: nullable(DateTime),
    outcome: Type.Union([DeliveryOutcome, Type.Null()], {
      description: 'of a sent delivery: `unknown` if the receiver got the message and did not confirm it',
    }),
  },
  {
    $id: 'Delivery',
    additionalProperties: false,
    examples: [exampleDelivery],
  },
);
export type Delivery = Static<typeof Delivery>;

/** Answer of `GET /api/v1/deliveries`, newest first. */
export const DeliveryPage = Type.Object(
  { deliveries: Type.Array(Delivery), total: Count, next_cursor: NextCursor },
  { $id: 'DeliveryPage', additionalProperties: false },
);
export type DeliveryPage = Static<typeof DeliveryPage>;
