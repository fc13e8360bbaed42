import { Type, type Static } from 'typebox';
import { maxTicketLength } from '@rondo/sync-client/protocol';
import { Count, nullable, Uuid } from './scalars.ts';
import { TaskEvent } from './task-event.ts';

// The schemas of the protocol of @rondo/sync-client, which has the same types (test/contracts/packages.test.ts).

/** Answer of `POST /api/v1/ws-tickets`. A ticket opens one socket within 30 s. */
export const WsTicket = Type.Object(
  {
    ticket: Type.String({
      minLength: 22,
      maxLength: maxTicketLength,
      examples: ['m3Kq0tZr9W1yVbXo5sJcUe7hLdNf2PaTgRiQk8vMxYw'],
    }),
    expires_in: Type.Integer({ description: 'in seconds', examples: [30] }),
  },
  { $id: 'WsTicket', additionalProperties: false },
);
export type WsTicket = Static<typeof WsTicket>;

/** The first message of a client. `since` is the last seq that the client has applied. */
export const Hello = Type.Object(
  { type: Type.Literal('hello'), ticket: Type.String({ maxLength: maxTicketLength }), since: Count },
  { $id: 'Hello', additionalProperties: false },
);
export type Hello = Static<typeof Hello>;

/** A message of a client after the greeting: it asks for a heartbeat now. One a second is answered. */
export const Ping = Type.Object({ type: Type.Literal('ping') }, { $id: 'Ping', additionalProperties: false });

const knownHead = Type.Union([Count, Type.Null()], {
  description: 'the last seq of the workspace that the replica knows; null before its first event',
});

const knownHistory = Type.Union([Uuid, Type.Null()], {
  description: 'the history that the events belong to, as the replica knows it; null before its first event',
});

/** All events after `since` follow, then every later event. */
export const Welcome = Type.Object({
  type: Type.Literal('welcome'),
  seq: knownHead,
  workspace_id: Uuid,
  history_id: knownHistory,
});

/**
 * The replica may lack events after `since`, or a new history has begun: read `GET /api/v1/changes?since=`. Later events follow
 * on the socket.
 */
export const Resync = Type.Object({
  type: Type.Literal('resync'),
  seq: knownHead,
  workspace_id: Uuid,
  history_id: knownHistory,
});

/** Sent at regular intervals and after a ping, so that a client notices a dead connection and a missing event. */
export const Heartbeat = Type.Object({
  type: Type.Literal('heartbeat'),
  seq: knownHead,
  history_id: knownHistory,
});

/** A change of a task. Events are sent in the order of their `seq`. */
export const EventMessage = Type.Object({ type: Type.Literal('event'), event: TaskEvent });

/**
 * The inbox changed. `unread` is the number of unread notifications; `notification_id` is null if several changed. The
 * message has no seq and may be lost, so an app reads the inbox after each connection.
 */
export const NotificationMessage = Type.Object({
  type: Type.Literal('notification'),
  notification_id: nullable(Uuid),
  unread: Count,
});
export type NotificationMessage = Static<typeof NotificationMessage>;

/** Every message that the server sends. */
export const ServerMessage = Type.Union([Welcome, Resync, Heartbeat, EventMessage, NotificationMessage], {
  $id: 'ServerMessage',
});
export type ServerMessage = Static<typeof ServerMessage>;

/** Answer of `GET /api/v1/connections`: the open connections of the caller on all replicas. */
export const Connections = Type.Object(
  { active_connections: Count },
  { $id: 'Connections', additionalProperties: false },
);
export type Connections = Static<typeof Connections>;
