import { closeCodes, maxHeartbeatIntervalMs, type ServerMessage, type SyncEvent } from './protocol.ts';
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
  /** The server rejected the hello as invalid. Another attempt would fail, too. */
  onRejected: () => void;
  WebSocket: new (url: string) => SyncSocket;
  timers: SyncTimers;
  random: () => number;
  firstBackoffMs: number;
};

export type SyncConnection = {
  /** Connects. If it waits for its next attempt, it connects now. */
  start(): void;
  stop(): void;
};

type Attempt = { socket?: SyncSocket; isOpen: boolean };

/** From the request for a ticket to the first message of the server. */
const openTimeoutMs = 15_000;
/** After a connection of this length, backoff begins from its first step again. */
const stableAfterMs = 10_000;
/** A socket that was silent for three heartbeats counts as dead, whatever its readyState. */
const silenceTimeoutMs = 3 * maxHeartbeatIntervalMs;

/**
 * Keeps one socket open:
 *
 *   connecting ──first message──▶ open ──closed, or silent for 75 s──▶ offline ──full jitter──▶ connecting
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
    if (current) return;
    if (!isStarted || retry.isSet) failures = 0;
    isStarted = true;
    open();
  }

  function open(): void {
    retry.clear();
    const attempt: Attempt = { isOpen: false };
    current = attempt;
    timeout.set(openTimeoutMs, () => disconnect(attempt));
    onPhase('connecting');
    (async () => connectSocket(attempt, await options.getTicket()))().catch(() => disconnect(attempt));
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
    drop();
    if (code === closeCodes.invalidMessage) return options.onRejected();
    retry.set(backoffMs(failures, firstBackoffMs, random), open);
    failures += 1;
    onPhase('offline');
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
