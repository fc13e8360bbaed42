import type { TSchema } from 'typebox';
import { closeCodes } from '@rondo/sync-client/protocol';
import {
  Hello,
  EventMessage,
  Heartbeat,
  NotificationMessage,
  Ping,
  Resync,
  Welcome,
} from '@rondo/shared/contracts/sync-message';
import { exampleIds } from '@rondo/shared/contracts/example-ids';
import type { Json } from '@rondo/shared/http/openapi/document';

const closeCodeSentences: Record<keyof typeof closeCodes, string> = {
  goingAway: 'The server stops, or could not check the ticket. Connect again.',
  invalidMessage: 'The first message was not a hello, or a later one not a ping. Do not connect again.',
  unauthorized:
    'The ticket is unknown, used or older than 30 s, or the token that it was made with has expired. Connect again with a new one.',
  helloTimeout: 'No hello came in time. Connect again.',
  tooManyConnections: 'The person has too many sockets. Connect again later.',
  slowReader: 'More than 1 MiB was left unread. Connect again; the gap is sent or a resync asked for.',
};

const exampleHistory = '019b0000-0000-7000-8000-000000000001';

/** The messages of the socket. */
export const socketMessages: { name: string; summary: string; payload: TSchema; example: Json }[] = [
  {
    name: 'hello',
    summary: 'The first message of a client. `since` is the last seq that it has applied.',
    payload: Hello,
    example: { type: 'hello', ticket: 'm3Kq0tZr9W1yVbXo5sJcUe7hLdNf2PaTgRiQk8vMxYw', since: 41 },
  },
  {
    name: 'ping',
    summary:
      'Asks for a heartbeat now, at most once a second. A client that just woke up tests its socket with it.',
    payload: Ping,
    example: { type: 'ping' },
  },
  {
    name: 'welcome',
    summary: 'The events after `since` follow completely, then every later event.',
    payload: Welcome,
    example: { type: 'welcome', seq: 42, workspace_id: exampleIds.workspace, history_id: exampleHistory },
  },
  {
    name: 'resync',
    summary:
      'The server can not send the gap, or was restored from a backup: read `GET /api/v1/changes?since=`. Later events follow here.',
    payload: Resync,
    example: { type: 'resync', seq: 42, workspace_id: exampleIds.workspace, history_id: exampleHistory },
  },
  {
    name: 'event',
    summary: 'A change of a task, in order. A client that sees a gap in `seq` reads the change feed.',
    payload: EventMessage,
    example: null,
  },
  {
    name: 'heartbeat',
    summary:
      'Comes every 25 s, and after a ping, with the head of the workspace. After 75 s of silence the connection is dead.',
    payload: Heartbeat,
    example: { type: 'heartbeat', seq: 42, history_id: exampleHistory },
  },
  {
    name: 'notification',
    summary: 'The inbox changed. It may be lost: read the inbox at every connection.',
    payload: NotificationMessage,
    example: { type: 'notification', notification_id: null, unread: 3 },
  },
];

/** How a client uses the socket. */
export const socketDescription = `Live events of one workspace.

1. \`POST /api/v1/ws-tickets\` with a bearer token gives a ticket, which opens one socket within 30 s.
2. Connect to \`/ws\`. The handshake carries no token: the ticket is enough.
3. Send \`hello\` with the ticket and the last \`seq\` that was applied (0 at first).
4. \`welcome\` comes and the missing events follow, or \`resync\` comes and the client reads the change feed.
5. Events follow in order, with a \`heartbeat\` every 25 s, until the token expires; then the socket closes with 4401.
6. Each message with a \`history_id\` says in which history \`seq\` counts. A restore from a backup begins a new one: if it
   differs from the one of your data, read the change feed with your \`history_id\`, and on 409 a snapshot.

Close codes:

| code | name | meaning |
|---|---|---|
${Object.entries(closeCodes)
  .map(([name, code]) => `| ${code} | ${name} | ${closeCodeSentences[name as keyof typeof closeCodes]} |`)
  .join('\n')}`;
