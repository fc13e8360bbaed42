import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { onceClosed } from '@rondo/shared/http/once-closed';
import { headersOfProxies } from '../proxy/proxy-headers.ts';
import type { StalledReaders } from '../stalled-readers.ts';

export type TunnelOptions = {
  request: IncomingMessage;
  client: Duplex;
  /** What the client sent after its request. */
  head: Buffer;
  service: URL;
  clientAddress: string;
  /** How long the service may take to answer, in milliseconds. */
  answerMs: number;
  readers: StalledReaders;
  /** The service did not answer. Nothing was sent to the client yet, and it is still open. */
  onUnreachable: () => void;
};

/** Two TCP connections, of a client and to a service, whose bytes are passed on in both directions. */
export type Tunnel = {
  /** Resolves when both connections are closed. */
  closed: Promise<unknown>;
  /** Asks the service to close its WebSocket with 1001. */
  close(): void;
  destroy(): void;
};

/** How long one end may still send and read what is left after the other end has closed. */
const lingerMs = 10_000;

/** Heartbeats pass at least every 30 s. Without any byte for this long, an end is gone, or does not read. */
const idleTimeoutMs = 90_000;

/** A client's close frame with the code 1001 (RFC 6455 sections 5.5.1 and 7.4.1), with a masking key of zeros. */
const goingAway = Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe9]);

/**
 * Sends an upgrade to a service and connects both ends:
 *
 *   connecting ──the service answers──▶ open ──one end closes──▶ lingering ──the other end closes, or 10 s──▶ closed
 *
 * Each end is read only as fast as the other one takes it.
 */
export function openTunnel({
  request,
  client,
  head,
  service,
  clientAddress,
  answerMs,
  readers,
  onUnreachable,
}: TunnelOptions): Tunnel {
  const upstream = connect({ host: service.hostname, port: Number(service.port || 80) });
  const timer = setTimeout(() => upstream.destroy(), answerMs);
  let isOpen = false;

  // A close follows each error.
  client.on('error', () => undefined);
  request.socket.setTimeout(idleTimeoutMs, () => client.destroy());
  upstream.on('error', () => undefined);
  upstream.once('connect', () => {
    upstream.setNoDelay(true).write(upgradeOf(request, clientAddress), 'latin1');
    upstream.write(head);
    client.pipe(upstream);
  });
  upstream.once('data', () => {
    isOpen = true;
    clearTimeout(timer);
  });
  readers.watch(upstream, client);
  readers.watch(client, upstream);
  upstream.pipe(client, { end: false });
  onceClosed(upstream, () => {
    clearTimeout(timer);
    if (isOpen || client.destroyed) endSoon(client);
    else onUnreachable();
  });
  onceClosed(client, () => endSoon(upstream));

  return {
    closed: Promise.all([closeOf(client), closeOf(upstream)]),
    close() {
      // The client sends few and small frames, so its last one is complete: the close frame can follow it.
      client.unpipe(upstream).resume();
      if (isOpen) upstream.write(goingAway);
      else upstream.destroy();
    },
    destroy() {
      client.destroy();
      upstream.destroy();
    },
  };
}

/** The request as the client sent it, except for what only a proxy may say. */
function upgradeOf({ method, url, rawHeaders }: IncomingMessage, clientAddress: string): string {
  const lines = [`${method} ${url} HTTP/1.1`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (!headersOfProxies.includes(name.toLowerCase())) lines.push(`${name}: ${rawHeaders[at + 1]}`);
  }
  return `${[...lines, `x-forwarded-for: ${clientAddress}`].join('\r\n')}\r\n\r\n`;
}

function endSoon(end: Duplex): void {
  if (end.destroyed) return;
  end.end();
  const timer = setTimeout(() => end.destroy(), lingerMs);
  onceClosed(end, () => clearTimeout(timer));
}

const closeOf = (end: Duplex | Socket) =>
  new Promise<void>((resolve) => {
    onceClosed(end, resolve);
  });
