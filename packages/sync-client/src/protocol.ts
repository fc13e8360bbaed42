/**
 * An event of the change feed. `seq` counts the events of a workspace from 1 without a gap; everything else in it
 * belongs to the app.
 */
export type SyncEvent = { seq: number };

/** The first message of a client. `since` is the last seq that it has applied. */
export type Hello = { type: 'hello'; ticket: string; since: number };

/** Asks for a heartbeat now: the test of an open socket. Pages in a browser can't send ping frames. */
export type Ping = { type: 'ping' };

/** Answers a hello: all events after `since` follow, then every later event. `seq` and `history_id` as in `Heartbeat`. */
export type Welcome = {
  type: 'welcome';
  seq: number | null;
  workspace_id: string;
  history_id: string | null;
};

/**
 * Answers a hello when the server may lack events after `since`, and comes when a new history has begun: read the change
 * feed. Later events follow.
 */
export type Resync = { type: 'resync'; seq: number | null; workspace_id: string; history_id: string | null };

/**
 * `seq` is the last seq of the workspace that this server knows, `history_id` the history that it belongs to; both are null
 * before its first event. A server that is restored from a backup begins a new history.
 */
export type Heartbeat = { type: 'heartbeat'; seq: number | null; history_id: string | null };

export type EventMessage<Event extends SyncEvent> = { type: 'event'; event: Event };

/**
 * The inbox changed. `unread` is the number of unread notifications; `notification_id` is null if several changed.
 * The message has no seq and may be lost, so an app reads the inbox after each connection.
 */
export type NotificationMessage = { type: 'notification'; notification_id: string | null; unread: number };

export type ServerMessage<Event extends SyncEvent> =
  | Welcome
  | Resync
  | Heartbeat
  | EventMessage<Event>
  | NotificationMessage;

/** A page of the change feed: the events after a seq, in order. `head` is the last seq of the workspace. */
export type ChangePage<Event extends SyncEvent> = {
  changes: Event[];
  head: number;
  has_more: boolean;
  history_id: string;
};

/**
 * Close codes of the socket (RFC 6455 section 7.4.2, private use). A client reconnects after each of them except
 * `invalidMessage`, always with a new ticket. `unauthorized`: the ticket is invalid, or the token that it was made with has
 * expired. A socket that ends without a close frame, because a server was killed or the network broke, has 1006 at the client
 * (RFC 6455 section 7.1.5).
 */
export const closeCodes = {
  goingAway: 1001,
  invalidMessage: 4400,
  unauthorized: 4401,
  helloTimeout: 4408,
  tooManyConnections: 4429,
  slowReader: 4440,
} as const;

/** In characters. */
export const maxTicketLength = 64;

/** A server sends a heartbeat at least this often. */
export const maxHeartbeatIntervalMs = 25_000;
