import { closeCodes, type ServerMessage } from '@rondo/shared/contracts/sync-message';
import { backoffMs, createAlarm, type SyncTimers } from './timers.ts';

/** What is used of a WebSocket: the browser's, Node's, or that of the package `ws`. */
export type SyncSocket = {
  send(text: string): void;
  close(): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number }) => void): void;
};

export type SyncConnectionOptions = {
  url: () => string;
  getTicket: () => Promise<string>;
  since: () => number;
  onMessage: (message: ServerMessage) => void;
  onPhase: (phase: 'connecting' | 'open' | 'offline') => void;
  /** The server does not understand this client: to try again is of no use. */
  onRefused: () => void;
  WebSocket: new (url: string) => SyncSocket;
  timers: SyncTimers;
  random: () => number;
  first_backoff_ms: number;
};

export type SyncConnection = {
  /** Connects, or connects now if it was waiting to. */
  start(): void;
  stop(): void;
};

/** From the wish for a ticket to the server's first message. */
const openWithinMs = 15_000;
/** A connection that stood so long lets the next pause begin small again. */
const stableAfterMs = 10_000;
/** Three heartbeats: a socket that was silent so long is dead, whatever it says of itself. */
const silentForMs = 75_000;

/**
 * One socket at a time, always: connecting ──first message──▶ open ──closed, or silent for 75 s──▶ offline ──full
 * jitter──▶ connecting. What an earlier socket still says is not heard.
 */
export function createSyncConnection(options: SyncConnectionOptions): SyncConnection {
  const { timers, random, first_backoff_ms: firstBackoffMs, onPhase } = options;
  const retry = createAlarm(timers);
  const patience = createAlarm(timers);
  const stable = createAlarm(timers);
  let isOn = false;
  let attempts = 0;
  /** The connection that counts, from its first step on. */
  let current: { socket?: SyncSocket; is_open: boolean } | undefined;

  function start(): void {
    if (current) return;
    if (!isOn || retry.isSet) attempts = 0;
    isOn = true;
    open();
  }

  function open(): void {
    retry.clear();
    const mine = { is_open: false };
    current = mine;
    patience.set(openWithinMs, () => lose(mine));
    onPhase('connecting');
    (async () => greet(mine, await options.getTicket()))().catch(() => lose(mine));
  }

  function greet(mine: NonNullable<typeof current>, ticket: string): void {
    if (current !== mine) return;
    const socket = new options.WebSocket(options.url());
    mine.socket = socket;
    socket.addEventListener('open', () =>
      socket.send(JSON.stringify({ type: 'hello', ticket, since: options.since() })),
    );
    socket.addEventListener('message', ({ data }) => {
      if (current === mine) hear(mine, data);
    });
    socket.addEventListener('close', ({ code }) => lose(mine, code));
    // A close follows; without a listener, the package `ws` would throw.
    socket.addEventListener('error', () => undefined);
  }

  function hear(mine: NonNullable<typeof current>, data: unknown): void {
    patience.set(silentForMs, () => lose(mine));
    const message = parse(data);
    if (!message) return lose(mine);
    if (!mine.is_open) {
      mine.is_open = true;
      stable.set(stableAfterMs, () => {
        attempts = 0;
      });
      onPhase('open');
    }
    if (current === mine) options.onMessage(message);
  }

  function lose(mine: NonNullable<typeof current>, code?: number): void {
    if (current !== mine) return;
    drop();
    if (code === closeCodes.invalid_message) return options.onRefused();
    retry.set(backoffMs(attempts, firstBackoffMs, random), open);
    attempts += 1;
    onPhase('offline');
  }

  function drop(): void {
    const socket = current?.socket;
    current = undefined;
    for (const alarm of [retry, patience, stable]) alarm.clear();
    socket?.close();
  }

  return {
    start,
    stop() {
      isOn = false;
      drop();
    },
  };
}

function parse(data: unknown): ServerMessage | undefined {
  try {
    const message: unknown = JSON.parse(String(data));
    return typeof message === 'object' && message !== null && 'type' in message
      ? (message as ServerMessage)
      : undefined;
  } catch {
    return undefined;
  }
}
