import type { Server } from 'node:http';
import { Compile } from 'typebox/compile';
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws';
import { closeCodes } from '@rondo/sync-client/protocol';
import { Hello, type ServerMessage } from '@rondo/shared/contracts/sync-message';
import type { Log } from '@rondo/shared/observability/log';
import type { WebsocketSettings } from '../config.ts';
import type { SyncMetrics } from '../metrics.ts';
import type { OpenSocket, Sockets } from './sockets.ts';
import type { TicketHolder, Tickets } from '../store/tickets.ts';
import { createUpgradeGate } from './upgrade-gate.ts';
import type { WorkspaceBuffers } from '../domain/workspace-buffer.ts';

export type SocketServerOptions = {
  settings: WebsocketSettings;
  tickets: Tickets;
  sockets: Sockets;
  buffers: WorkspaceBuffers;
  metrics: SyncMetrics;
  log: Log;
};

export type SocketServer = AsyncDisposable & { attach(server: Server): void };

/** What a client has, at a stop, to read what is under way to it and to answer the close. */
const farewellMs = 1_000;
const hello = Compile(Hello);

/** `closeTimeout`: how long a closed socket may take to read what is left; then it is destroyed. */
const socketOptions: ServerOptions & { closeTimeout: number } = {
  noServer: true,
  perMessageDeflate: false,
  maxPayload: 1024,
  closeTimeout: 10_000,
};

/**
 * The sockets at `/ws`. One connection goes
 *
 *   upgraded ──hello with a good ticket──▶ welcome + gap, or resync ──▶ live, with heartbeats, until it is closed
 *
 * and whatever else a client says, or leaves unsaid, closes it with a code of its own.
 */
export function createSocketServer(options: SocketServerOptions): SocketServer {
  const { settings, log } = options;
  const server = new WebSocketServer(socketOptions);
  const gate = createUpgradeGate(settings);

  function awaitHello(socket: WebSocket): void {
    socket.on('error', (error) => log.debug({ err: error }, 'a socket failed'));
    const timer = setTimeout(
      () => socket.close(closeCodes.helloTimeout, 'no hello'),
      settings.HELLO_TIMEOUT_SECONDS * 1000,
    );
    socket.once('close', () => clearTimeout(timer));
    socket.once('message', (data: Buffer) => {
      clearTimeout(timer);
      socket.on('message', () => socket.close(closeCodes.invalidMessage, 'only one hello is understood'));
      const message = parse(data);
      if (!hello.Check(message)) return socket.close(closeCodes.invalidMessage, 'not a hello');
      admit(options, socket, message).catch((error: unknown) => {
        log.warn({ err: error }, 'a ticket could not be redeemed');
        socket.close(closeCodes.goingAway, 'try again');
      });
    });
  }

  return {
    attach(httpServer) {
      httpServer.on('upgrade', (request, socket, head) => {
        if (gate.admits(request, socket)) server.handleUpgrade(request, socket, head, awaitHello);
      });
    },
    async [Symbol.asyncDispose]() {
      for (const socket of server.clients) socket.close(closeCodes.goingAway, 'going away');
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      const timer = setTimeout(() => {
        for (const socket of server.clients) socket.terminate();
      }, farewellMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

async function admit(
  { tickets, sockets, settings, buffers, metrics }: SocketServerOptions,
  socket: WebSocket,
  { ticket, since }: Hello,
): Promise<void> {
  const holder = await tickets.redeem(ticket);
  if (!holder) return socket.close(closeCodes.unauthorized, 'no such ticket');
  if (sockets.countOfPerson(holder.person_id) >= settings.MAX_SOCKETS_PER_PERSON)
    return socket.close(closeCodes.tooManyConnections, 'too many connections');
  if (socket.readyState !== socket.OPEN) return;
  const resumed = join(socket, holder, since, { buffers, sockets });
  metrics.resumptions.inc({ kind: resumed });
}

/** Nothing is awaited between reading the buffer and joining the broadcast, so that no event falls in between. */
function join(
  socket: WebSocket,
  holder: TicketHolder,
  since: number,
  { buffers, sockets }: { buffers: WorkspaceBuffers; sockets: Sockets },
): 'resume' | 'resync' {
  const { workspace_id } = holder;
  const gap = buffers.after(workspace_id, since);
  // After a resync nothing is owed by the socket: the client reads the feed.
  const acked = gap.kind === 'resume' ? since : (buffers.head(workspace_id) ?? 0);
  const open: OpenSocket = { ...holder, socket, missed_pongs: 0, pinged_seq: acked, acked_seq: acked };
  socket.on('pong', () => {
    open.missed_pongs = 0;
    open.acked_seq = open.pinged_seq;
  });
  socket.once('close', () => sockets.remove(open));
  const greeting: ServerMessage = {
    type: gap.kind === 'resume' ? 'welcome' : 'resync',
    seq: buffers.head(workspace_id),
    workspace_id,
  };
  socket.send(JSON.stringify(greeting));
  if (gap.kind === 'resume') for (const event of gap.events) socket.send(event, { binary: false });
  sockets.add(open);
  return gap.kind;
}

function parse(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
