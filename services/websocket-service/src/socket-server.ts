import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { Compile } from 'typebox/compile';
import { WebSocketServer, type WebSocket } from 'ws';
import { closeCodes, Hello, type ServerMessage } from '@rondo/shared/contracts/sync-message';
import type { Log } from '@rondo/shared/runtime/log';
import type { WebsocketSettings } from './config.ts';
import type { SyncMetrics } from './sync-metrics.ts';
import type { OpenSocket, Sockets } from './sockets.ts';
import type { Tickets } from './tickets.ts';
import type { WorkspaceBuffers } from './workspace-buffer.ts';

export type SocketServerOptions = {
  settings: WebsocketSettings;
  tickets: Tickets;
  sockets: Sockets;
  buffers: WorkspaceBuffers;
  metrics: SyncMetrics;
  log: Log;
};

const helloTimeoutMs = 5_000;
const farewellMs = 1_000;
const hello = Compile(Hello);

export type SocketServer = AsyncDisposable & { attach(server: Server): void };

/**
 * The sockets at `/ws`. One connection goes
 *
 *   upgraded ──hello with a good ticket──▶ welcome + gap, or resync ──▶ live, with heartbeats, until it is closed
 *
 * Between reading the buffer and joining the broadcast nothing is awaited, so that no event falls in between.
 */
export function createSocketServer(options: SocketServerOptions): SocketServer {
  const { settings, tickets, sockets, buffers, metrics, log } = options;
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 1024 });
  const perAddress = new Map<string, number>();
  const heartbeat = setInterval(() => beat(sockets, buffers), settings.HEARTBEAT_SECONDS * 1000);

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const address = request.socket.remoteAddress ?? '';
    if (new URL(request.url ?? '/', 'http://host').pathname !== '/ws') return refuse(socket, '404 Not Found');
    if (!isAllowedOrigin(request, settings.ALLOWED_ORIGINS)) return refuse(socket, '403 Forbidden');
    if ((perAddress.get(address) ?? 0) >= settings.MAX_SOCKETS_PER_ADDRESS)
      return refuse(socket, '429 Too Many Requests');
    server.handleUpgrade(request, socket, head, (upgraded) => {
      perAddress.set(address, (perAddress.get(address) ?? 0) + 1);
      upgraded.once('close', () => release(perAddress, address));
      upgraded.on('error', (error) => log.debug({ err: error }, 'a socket failed'));
      awaitHello(upgraded);
    });
  }

  function awaitHello(socket: WebSocket): void {
    const timer = setTimeout(() => socket.close(closeCodes.hello_timeout, 'no hello'), helloTimeoutMs);
    socket.once('close', () => clearTimeout(timer));
    socket.once('message', (data: Buffer) => {
      clearTimeout(timer);
      const message = parse(data);
      if (!hello.Check(message)) return socket.close(closeCodes.invalid_message, 'not a hello');
      welcome(socket, message).catch((error: unknown) => {
        log.warn({ err: error }, 'a ticket could not be redeemed');
        socket.close(closeCodes.going_away, 'try again');
      });
    });
  }

  async function welcome(socket: WebSocket, { ticket, since }: Hello): Promise<void> {
    const holder = await tickets.redeem(ticket);
    if (!holder) return socket.close(closeCodes.unauthorized, 'no such ticket');
    if (sockets.countOfPerson(holder.person_id) >= settings.MAX_SOCKETS_PER_PERSON) {
      return socket.close(closeCodes.too_many_connections, 'too many connections');
    }
    if (socket.readyState !== socket.OPEN) return;
    const open: OpenSocket = { ...holder, socket, missed_pongs: 0 };
    socket.on('pong', () => {
      open.missed_pongs = 0;
    });
    socket.on('message', () => socket.close(closeCodes.invalid_message, 'only a hello is understood'));
    socket.once('close', () => sockets.remove(open));
    const { workspace_id } = holder;
    const gap = buffers.after(workspace_id, since);
    metrics.resumptions.inc({ kind: gap.kind });
    send(socket, {
      type: gap.kind === 'resume' ? 'welcome' : 'resync',
      seq: buffers.head(workspace_id),
      workspace_id,
    });
    if (gap.kind === 'resume') for (const event of gap.events) socket.send(event);
    sockets.add(open);
  }

  return {
    attach(httpServer) {
      httpServer.on('upgrade', upgrade);
    },
    async [Symbol.asyncDispose]() {
      clearInterval(heartbeat);
      for (const socket of server.clients) socket.close(closeCodes.going_away, 'going away');
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

/** Tells every socket its workspace's head, and ends those whose peer has not answered twice. */
function beat(sockets: Sockets, buffers: WorkspaceBuffers): void {
  for (const open of sockets.all()) {
    if (open.missed_pongs >= 2) {
      open.socket.terminate();
      continue;
    }
    open.missed_pongs += 1;
    open.socket.ping();
    send(open.socket, { type: 'heartbeat', seq: buffers.head(open.workspace_id) });
  }
}

/** A page may connect from its own host and from those that are named; what is no browser sends no Origin. */
function isAllowedOrigin({ headers }: IncomingMessage, allowed: string): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return true;
  if (allowed.split(',').includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

function release(perAddress: Map<string, number>, address: string): void {
  const left = (perAddress.get(address) ?? 1) - 1;
  if (left === 0) perAddress.delete(address);
  else perAddress.set(address, left);
}

function send(socket: WebSocket, message: ServerMessage): void {
  socket.send(JSON.stringify(message));
}

function parse(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
