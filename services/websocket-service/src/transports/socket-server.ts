import { Compile } from 'typebox/compile';
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws';
import { Hello, Ping, type ServerMessage } from '@rondo/shared/contracts/sync-message';
import { closeCodes } from '@rondo/sync-client/protocol';
import type { HttpServer } from '@rondo/shared/http/http-server';
import type { SyncContext } from '../context.ts';
import type { TicketHolder } from '../store/tickets.ts';
import { heartbeatMessage } from './heartbeat-message.ts';
import type { OpenSocket } from './sockets.ts';
import { createUpgradeGate, type Admission } from './upgrade-gate.ts';

/** How long clients have at a stop to read the remaining messages and to answer the close. */
const closeTimeoutMs = 1_000;
const hello = Compile(Hello);
const ping = Compile(Ping);
/** A client that asks more often gets no more answers. */
const minAnswerIntervalMs = 1_000;

/** `closeTimeout`: how long a closed socket has to read the rest before it is destroyed, in milliseconds. */
const socketOptions: ServerOptions & { closeTimeout: number } = {
  noServer: true,
  perMessageDeflate: false,
  maxPayload: 1024,
  closeTimeout: 10_000,
};

/**
 * Accepts WebSockets at `/ws`. The states of a connection:
 *
 *   upgraded ──hello with a valid ticket──▶ welcome + gap, or resync ──▶ live, with heartbeats, until its token expires
 *
 * Each violation, such as an invalid message or no hello in time, closes the connection with its own code.
 */
export function addSocketServer(app: HttpServer, ctx: SyncContext): void {
  const {
    settings,
    telemetry: { log },
  } = ctx;
  const server = new WebSocketServer(socketOptions);
  const gate = createUpgradeGate(settings);

  function awaitHello(socket: WebSocket, { greeted }: Admission): void {
    socket.on('error', (error) => log.debug({ err: error }, 'a socket failed'));
    const timer = setTimeout(
      () => socket.close(closeCodes.helloTimeout, 'no hello'),
      settings.HELLO_TIMEOUT_SECONDS * 1000,
    );
    socket.once('close', () => clearTimeout(timer));
    socket.once('message', (data: Buffer) => {
      clearTimeout(timer);
      let open: OpenSocket | undefined;
      socket.on('message', (next: Buffer) => {
        if (open && ping.Check(parse(next))) answerPing(ctx, open);
        else socket.close(closeCodes.invalidMessage, 'only one hello, and then pings are understood');
      });
      const message = parse(data);
      if (!hello.Check(message)) return socket.close(closeCodes.invalidMessage, 'not a hello');
      greeted();
      (async () => {
        open = await admit(ctx, socket, message);
      })().catch((error: unknown) => {
        log.warn({ err: error }, 'a ticket could not be redeemed');
        socket.close(closeCodes.goingAway, 'try again');
      });
    });
  }

  app.server.on('upgrade', (request, socket, head) => {
    const admission = gate.admit(request, socket);
    if (admission) server.handleUpgrade(request, socket, head, (open) => awaitHello(open, admission));
  });
  // Before the HTTP server closes, because it would wait for the sockets forever.
  app.addHook('preClose', async () => closeSockets(server));
}

async function closeSockets(server: WebSocketServer): Promise<void> {
  for (const socket of server.clients) socket.close(closeCodes.goingAway, 'going away');
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  const timer = setTimeout(() => {
    for (const socket of server.clients) socket.terminate();
  }, closeTimeoutMs);
  await closed;
  clearTimeout(timer);
}

/** Redeems the ticket of a hello. @returns the socket if it may stay open */
async function admit(
  ctx: SyncContext,
  socket: WebSocket,
  { ticket, since }: Hello,
): Promise<OpenSocket | undefined> {
  const { sockets, settings, state } = ctx;
  const holder = await state.tickets.redeem(ticket);
  if (!holder) socket.close(closeCodes.unauthorized, 'no such ticket');
  else if (sockets.countOfPerson(holder.person_id) >= settings.MAX_SOCKETS_PER_PERSON)
    socket.close(closeCodes.tooManyConnections, 'too many connections');
  else if (socket.readyState === socket.OPEN) return join(ctx, socket, holder, since);
  return undefined;
}

/** Adds a socket to the broadcast. It is synchronous, so that no event is missed between reading the buffer and joining. */
function join(
  { buffers, sockets, telemetry: { metrics } }: SyncContext,
  socket: WebSocket,
  holder: TicketHolder,
  since: number,
): OpenSocket {
  const { workspace_id } = holder;
  const gap = buffers.after(workspace_id, since);
  // After a resync the client reads the feed.
  const acked = gap.kind === 'resume' ? since : (buffers.head(workspace_id) ?? 0);
  const open: OpenSocket = {
    ...holder,
    socket,
    missedPongs: 0,
    pingedSeq: acked,
    ackedSeq: acked,
    answeredAt: -Infinity,
  };
  socket.on('pong', () => {
    open.missedPongs = 0;
    open.ackedSeq = open.pingedSeq;
  });
  socket.once('close', () => sockets.remove(open));
  const greeting: ServerMessage = {
    type: gap.kind === 'resume' ? 'welcome' : 'resync',
    seq: buffers.head(workspace_id),
    workspace_id,
    history_id: buffers.historyId,
  };
  socket.send(JSON.stringify(greeting));
  sockets.add(open);
  if (gap.kind === 'resume') for (const event of gap.events) sockets.send(open, event);
  metrics.resumptions.inc({ kind: gap.kind });
  return open;
}

function answerPing({ buffers }: SyncContext, open: OpenSocket): void {
  const now = performance.now();
  if (now - open.answeredAt < minAnswerIntervalMs) return;
  open.answeredAt = now;
  open.socket.send(heartbeatMessage(buffers, open.workspace_id));
}

function parse(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
