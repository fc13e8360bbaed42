import { Type, type Static } from 'typebox';
import { Count, nullable, Uuid } from './scalars.ts';
import { TaskEvent } from './task-event.ts';

/** Answer of `POST /api/v1/ws-tickets`: opens one socket within 30 s. */
export const WsTicket = Type.Object(
  {
    ticket: Type.String({
      minLength: 22,
      maxLength: 64,
      examples: ['m3Kq0tZr9W1yVbXo5sJcUe7hLdNf2PaTgRiQk8vMxYw'],
    }),
    expires_in: Type.Integer({ description: 'seconds' }),
  },
  { $id: 'WsTicket', additionalProperties: false },
);
export type WsTicket = Static<typeof WsTicket>;

/** The first and only message of a client. `since` is the last seq that it has applied. */
export const Hello = Type.Object(
  { type: Type.Literal('hello'), ticket: Type.String({ maxLength: 64 }), since: Count },
  { $id: 'Hello', additionalProperties: false },
);
export type Hello = Static<typeof Hello>;

const knownHead = Type.Union([Count, Type.Null()], {
  description: 'the head seq of the workspace as far as this replica knows it; null before its first event',
});

/** The gap after `since` follows completely, then every later event. */
export const Welcome = Type.Object({ type: Type.Literal('welcome'), seq: knownHead, workspace_id: Uuid });

/** The replica can't be certain of the gap: read `GET /api/v1/changes?since=`; later events follow here. */
export const Resync = Type.Object({ type: Type.Literal('resync'), seq: knownHead, workspace_id: Uuid });

export const Heartbeat = Type.Object({ type: Type.Literal('heartbeat'), seq: knownHead });

export const EventMessage = Type.Object({ type: Type.Literal('event'), event: TaskEvent });

/**
 * The inbox changed: `unread` is how many are unread now, `notification_id` the one that is concerned where it is a single one.
 * It has no seq and may be lost: an app reads the inbox at every connection.
 */
export const NotificationMessage = Type.Object({
  type: Type.Literal('notification'),
  notification_id: nullable(Uuid),
  unread: Count,
});
export type NotificationMessage = Static<typeof NotificationMessage>;

export const ServerMessage = Type.Union([Welcome, Resync, Heartbeat, EventMessage, NotificationMessage], {
  $id: 'ServerMessage',
});
export type ServerMessage = Static<typeof ServerMessage>;

/**
 * Close codes of the socket (RFC 6455 section 7.4.2, private use). A client reconnects after every one but
 * `invalid_message`; after `unauthorized` with a ticket of its own.
 */
export const closeCodes = {
  going_away: 1001,
  invalid_message: 4400,
  unauthorized: 4401,
  hello_timeout: 4408,
  too_many_connections: 4429,
  slow_reader: 4440,
} as const;

/** Answer of `GET /api/v1/connections`: one's own open connections over all replicas. */
export const Connections = Type.Object(
  { active_connections: Count },
  { $id: 'Connections', additionalProperties: false },
);
export type Connections = Static<typeof Connections>;
