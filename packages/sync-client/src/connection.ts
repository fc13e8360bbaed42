import {
  closeCodes,
  maxHeartbeatIntervalMs,
  type Ping,
  type ServerMessage,
  type SyncEvent,
} from './protocol.ts';
import { SignedOutError } from './signed-out-error.ts';
import { backoffMs, createAlarm, type SyncTimers } from './timers.ts';

/** The part of a WebSocket that is used. The ones of browsers, of Node and of the package `ws` fit. */
export type SyncSocket = {
  send(text: string): void;
  close(): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number }) => void): void;
};

export type SyncConnectionOptions<Event extends SyncEvent> = {
  url: () => string;
  getTicket: () => Promise<string>;
  since: () => number;
  onMessage: (message: ServerMessage<Event>) => void;
  onPhase: (phase: 'connecting' | 'open' | 'offline') => void;
  /** `rejected`: the server rejected a message as invalid. `signed-out`: it refused the token. Another attempt would fail, too. */
  onEnd: (why: 'rejected' | 'signed-out') => void;
  WebSocket: new (url: string) => SyncSocket;
  timers: SyncTimers;
  random: () => number;
  firstBackoffMs: number;
};

export type SyncConnection = {
  /**
   * Connects. If it waits for its next attempt, it connects now. If it is connected or connecting, it connects again unless
   * something arrives within 3 s.
   */
  start(): void;
  stop(): void;
};

type Attempt = { socket?: SyncSocket; isOpen: boolean; isTested: boolean };

/** From the request for a ticket to the first message of the server. */
const openTimeoutMs = 15_000;
/** From a ping to its answer. */
const testTimeoutMs = 3_000;
/** After a connection of this length, backoff begins from its first step again. */
const stableAfterMs = 10_000;
/** A socket that was silent for three heartbeats counts as dead, whatever its readyState. */
const silenceTimeoutMs = 3 * maxHeartbeatIntervalMs;

/**
 * Keeps one socket open:
 *
 *   connecting ──first message──▶ open ──closed, or silent for 75 s──▶ offline ──full jitter──▶ connecting
 *       ▲                          │
 *       └──no answer to a test─────┘
 *
 * Messages of earlier sockets are ignored.
 */
export function createSyncConnection<Event extends SyncEvent>(
  options: SyncConnectionOptions<Event>,
): SyncConnection {
  const { timers, random, firstBackoffMs, onPhase } = options;
  const retry = createAlarm(timers);
  const timeout = createAlarm(timers);
  const stable = createAlarm(timers);
  let isStarted = false;
  let failures = 0;
  let current: Attempt | undefined;

  function start(): void {
    if (current) return test(current);
    if (!isStarted || retry.isSet) failures = 0;
    isStarted = true;
    open();
  }

  /** Of a device that slept, the socket may be dead, and nothing says so. */
  function test(attempt: Attempt): void {
    if (attempt.isTested) return;
    attempt.isTested = true;
    const ping: Ping = { type: 'ping' };
    if (attempt.isOpen) attempt.socket?.send(JSON.stringify(ping));
    timeout.set(testTimeoutMs, () => {
      drop();
      open();
    });
  }

  function open(): void {
    retry.clear();
    const attempt: Attempt = { isOpen: false, isTested: false };
    current = attempt;
    timeout.set(openTimeoutMs, () => disconnect(attempt));
    onPhase('connecting');
    (async () => connectSocket(attempt, await options.getTicket()))().catch((error: unknown) => {
      if (!(error instanceof SignedOutError)) disconnect(attempt);
      else if (current === attempt) end('signed-out');
    });
  }

  function connectSocket(attempt: Attempt, ticket: string): void {
    if (current !== attempt) return;
    const socket = new options.WebSocket(options.url());
    attempt.socket = socket;
    socket.addEventListener('open', () =>
      socket.send(JSON.stringify({ type: 'hello', ticket, since: options.since() })),
    );
    socket.addEventListener('message', ({ data }) => {
      if (current === attempt) receive(attempt, data);
    });
    socket.addEventListener('close', ({ code }) => disconnect(attempt, code));
    // A close event follows. Without a listener, the package `ws` throws.
    socket.addEventListener('error', () => undefined);
  }

  function receive(attempt: Attempt, data: unknown): void {
    timeout.set(silenceTimeoutMs, () => disconnect(attempt));
    attempt.isTested = false;
    const message = parse<Event>(data);
    if (!message) return disconnect(attempt);
    if (!attempt.isOpen) {
      attempt.isOpen = true;
      stable.set(stableAfterMs, () => {
        failures = 0;
      });
      onPhase('open');
    }
    if (current === attempt) options.onMessage(message);
  }

  function disconnect(attempt: Attempt, code?: number): void {
    if (current !== attempt) return;
    if (code === closeCodes.invalidMessage) return end('rejected');
    drop();
    retry.set(backoffMs(failures, firstBackoffMs, random), open);
    failures += 1;
    onPhase('offline');
  }

  function end(why: 'rejected' | 'signed-out'): void {
    drop();
    options.onEnd(why);
  }

  function drop(): void {
    const socket = current?.socket;
    current = undefined;
    for (const alarm of [retry, timeout, stable]) alarm.clear();
    socket?.close();
  }

  return {
    start,
    stop() {
      isStarted = false;
      drop();
    },
  };
}

function parse<Event extends SyncEvent>(data: unknown): ServerMessage<Event> | undefined {
  try {
    const message: unknown = JSON.parse(String(data));
    return typeof message === 'object' && message !== null && 'type' in message
      ? (message as ServerMessage<Event>)
      : undefined;
  } catch {
    return undefined;
  }
}
