import { createSyncConnection, type SyncSocket } from './connection.ts';
import { createSyncFeed } from './feed.ts';
import type {
  ChangePage,
  Heartbeat,
  NotificationMessage,
  Resync,
  ServerMessage,
  SyncEvent,
  Welcome,
} from './protocol.ts';
import { createSyncSequence } from './sequence.ts';
import { createAlarm, systemTimers, type SyncTimers } from './timers.ts';

/**
 * The state of a client, for display. `live`: all events that the client knows of are applied, and new ones arrive.
 * `expired`: the feed no longer has the next events, or the server was restored from a backup; read a snapshot and call
 * `reset` with its seq and history id. `signed-out`: the token was refused; sign in, and call `reset` with the client's own.
 */
export type SyncState =
  | 'connecting'
  | 'catching_up'
  | 'live'
  | 'offline'
  | 'expired'
  | 'signed-out'
  | 'closed';

export type SyncOptions<Event extends SyncEvent> = {
  /** The address of the socket, `ws://…` or `wss://…`. It is read for each connection. */
  url: string;
  /** Fetches a new single-use ticket. Called for each connection. @throws SignedOutError if the token is refused */
  getTicket: () => Promise<string>;
  /**
   * Reads one page of the change feed: the events after `since`, of the history that the client knows. @returns undefined if
   * the feed doesn't have them (any more), so that only a snapshot helps. A rejection is retried.
   * @throws SignedOutError if the token is refused
   */
  fetchChanges: (since: number, historyId: string | null) => Promise<ChangePage<Event> | undefined>;
  /** The seq of the last event that the app has applied. */
  since: number;
  /** The history id that came with the app's data. Without one, the first that the server names is taken. */
  historyId?: string | null;
  /** Called once for each event, in the order of seq, without a gap. An error that it throws becomes an uncaught error. */
  onEvent: (event: Event) => void;
  /** Called when the inbox may have changed. A call may be missing, so read the inbox at each `live`, too. */
  onNotification?: (change: Pick<NotificationMessage, 'notification_id' | 'unread'>) => void;
  /** Called when the state has changed. */
  onState?: (state: SyncState) => void;
  /** Milliseconds without an event after which the feed is read (default: one minute). */
  idleMs?: number;
  /** The upper bound of the first pause after a failure, in milliseconds; it doubles up to 10 s (default: 250). */
  firstBackoffMs?: number;
  /** For tests and simulations. The global WebSocket, Math.random and timers by default. */
  WebSocket?: new (url: string) => SyncSocket;
  random?: () => number;
  timers?: SyncTimers;
};

export type SyncClient = {
  /** The seq of the last event that was passed to `onEvent`. */
  readonly seq: number;
  /** The history that `seq` belongs to; null until the server has named one. */
  readonly historyId: string | null;
  readonly state: SyncState;
  /**
   * Reads the feed and connects without waiting. An open socket is replaced unless it answers a ping within 3 s. Call it when
   * a device wakes up or is online again.
   */
  wake(): void;
  /** Continues after `seq`, the seq of a snapshot that the app has read. Does nothing on a closed client. */
  reset(seq: number, historyId?: string | null): void;
  close(): void;
};

/**
 * Keeps an app in step with its workspace through lost, repeated and reordered messages:
 *
 *   connecting ──welcome, and all events before it──▶ live ◀──┐
 *       ▲      └─resync──▶ catching_up ──feed read to its end─┤
 *       │                      ▲   live ──an event is missing, or a heartbeat is ahead
 *       │ full jitter          └──────────────┘
 *    offline ◀── the socket is lost, in any of these states
 *    expired ◀── the feed doesn't reach back, or is of another history, in any of these states; reset ──▶ connecting
 *    signed-out ◀── the token is refused, in any of these states; reset ──▶ connecting
 *
 * Events from the socket and from the feed go through the same rule in sequence.ts. The feed is read until no event is
 * known to be missing, and once after each idle minute, because a server that missed an event can't announce it.
 *
 * A server that was restored from a backup counts in another history: the same seqs are other events. The feed has the last
 * word on it. While the socket names another history than the feed, the socket's events are ignored and the feed is read.
 */
export function connect<Event extends SyncEvent>(options: SyncOptions<Event>): SyncClient {
  const { random = Math.random, timers = systemTimers, idleMs = 60_000, firstBackoffMs = 250 } = options;
  const idle = createAlarm(timers);
  let phase: 'connecting' | 'open' | 'offline' | 'expired' | 'signed-out' | 'closed' = 'connecting';
  let historyId = options.historyId ?? null;
  /** Whether the socket names another history. */
  let isForeign = false;
  /** Whether the feed must be read to its end because of a resync. */
  let isUncertain = false;
  let reportedState: SyncState | undefined;
  /** Incremented by each reset and by the end. Work that began in an earlier epoch stops. */
  let epoch = 0;

  const sequence = createSyncSequence<Event>(options.since, (event) => {
    idle.set(idleMs, checkFeed);
    callApp(() => options.onEvent(event));
  });
  const feed = createSyncFeed<Event>({
    fetchChanges: (since) => options.fetchChanges(since, historyId),
    last: () => sequence.last,
    onPage({ changes, head, history_id: pageHistoryId }) {
      if (!isSameHistory(pageHistoryId)) return end('expired');
      const startEpoch = epoch;
      sequence.noteHead(head);
      for (const event of changes) {
        if (epoch !== startEpoch) return;
        sequence.take(event);
      }
      reportState();
    },
    onEnd() {
      isUncertain = false;
      reportState();
      return sequence.hasGap;
    },
    onExpired: () => end('expired'),
    onSignedOut: () => end('signed-out'),
    timers,
    random,
    firstBackoffMs,
  });
  const connection = createSyncConnection<Event>({
    url: () => options.url,
    getTicket: options.getTicket,
    since: () => sequence.last,
    onMessage: handle,
    onPhase(next) {
      phase = next;
      if (next !== 'open') reportState();
    },
    onEnd: (why) => end(why === 'signed-out' ? why : 'closed'),
    WebSocket: options.WebSocket ?? WebSocket,
    timers,
    random,
    firstBackoffMs,
  });

  function handle(message: ServerMessage<Event>): void {
    const startEpoch = epoch;
    switch (message.type) {
      case 'welcome':
      case 'heartbeat':
      case 'resync':
        takeHead(message);
        break;
      case 'notification': {
        const { notification_id, unread } = message;
        callApp(() => options.onNotification?.({ notification_id, unread }));
        break;
      }
      case 'event':
        if (!isForeign) sequence.take(message.event);
        if (epoch === startEpoch && message.event.seq > sequence.last) feed.read();
        break;
    }
    reportState();
  }

  function takeHead({ type, seq, history_id: socketHistoryId }: Welcome | Resync | Heartbeat): void {
    isForeign = !isSameHistory(socketHistoryId);
    if (type === 'resync' || isForeign) {
      isUncertain = true;
      return feed.readNow();
    }
    if (seq !== null) sequence.noteHead(seq);
    // The events before a welcome are on their way. If one gets lost, a heartbeat or a later event shows the gap.
    if (type === 'heartbeat' && sequence.hasGap) feed.read();
  }

  function isSameHistory(id: string | null): boolean {
    if (!id) return true;
    historyId ??= id;
    return id === historyId;
  }

  function checkFeed(): void {
    idle.set(idleMs, checkFeed);
    feed.read();
  }

  function currentState(): SyncState {
    if (phase !== 'open') return phase;
    return isUncertain || isForeign || sequence.hasGap ? 'catching_up' : 'live';
  }

  function reportState(): void {
    const state = currentState();
    if (state === reportedState) return;
    reportedState = state;
    callApp(() => options.onState?.(state));
  }

  function begin(): void {
    idle.set(idleMs, checkFeed);
    connection.start();
  }

  function halt(seq: number): void {
    epoch += 1;
    isUncertain = false;
    isForeign = false;
    idle.clear();
    feed.stop();
    connection.stop();
    sequence.reset(seq);
  }

  function end(how: 'expired' | 'signed-out' | 'closed'): void {
    if (phase === 'closed') return;
    halt(sequence.last);
    phase = how;
    reportState();
  }

  begin();
  return {
    get seq() {
      return sequence.last;
    },
    get historyId() {
      return historyId;
    },
    get state() {
      return currentState();
    },
    wake() {
      if (phase === 'expired' || phase === 'signed-out' || phase === 'closed') return;
      connection.start();
      feed.restart();
    },
    reset(seq, newHistoryId = null) {
      if (phase === 'closed') return;
      halt(seq);
      historyId = newHistoryId;
      begin();
    },
    close: () => end('closed'),
  };
}

/** Calls a callback of the app. Its error is thrown later, so that connection and feed don't count it as their failure. */
function callApp(call: () => void): void {
  try {
    call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
