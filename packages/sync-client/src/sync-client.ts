import { createSyncConnection, type SyncSocket } from './connection.ts';
import { createSyncFeed } from './feed.ts';
import type { NotificationMessage, ServerMessage } from '@rondo/shared/contracts/sync-message';
import { createSyncSequence } from './sequence.ts';
import { createAlarm, systemTimers, type SyncTimers } from './timers.ts';
import type { ChangePage, TaskEvent } from '@rondo/shared/contracts/task-event';

/**
 * Where a client stands, for those who show it. `live`: it has everything that it knows to exist, and hears what comes.
 * `expired`: the feed no longer reaches back; take a snapshot and `reset` to its seq.
 */
export type SyncState = 'connecting' | 'catching_up' | 'live' | 'offline' | 'expired' | 'closed';

export type SyncOptions = {
  /** The socket's address, `ws://…/ws` or `wss://…/ws`. Read for every connection. */
  url: string;
  /** A fresh ticket for every connection (`POST /api/v1/ws-tickets`). */
  getTicket: () => Promise<string>;
  /** `GET /api/v1/changes?since=`; undefined when the feed answers 410 or 409. A rejection is tried again. */
  fetchChanges: (since: number) => Promise<ChangePage | undefined>;
  /** The last seq that the app has applied. */
  since: number;
  /** Called once for each event, in the order of seq, without a gap. What it throws is thrown where nobody waits for it. */
  onEvent: (event: TaskEvent) => void;
  /** Called when the inbox of notifications may have changed; read it at every `live`, too, because this may be lost. */
  onNotification?: (told: Pick<NotificationMessage, 'notification_id' | 'unread'>) => void;
  /** Called when the state has changed. */
  onState?: (state: SyncState) => void;
  /** Milliseconds without an event after which the feed is read (default one minute). */
  idle_ms?: number;
  /** The first pause after a failure at most, doubling up to 10 s (default 250 ms). */
  first_backoff_ms?: number;
  /** For tests and simulations; the global ones by default. */
  WebSocket?: new (url: string) => SyncSocket;
  random?: () => number;
  timers?: SyncTimers;
};

export type SyncClient = {
  /** The last seq that was given to `onEvent`. */
  readonly seq: number;
  readonly state: SyncState;
  /** Reads the feed now, and connects now if it was waiting: for when a device wakes up, or is online again. */
  wake(): void;
  /** Starts again after `seq`, which the app has taken a snapshot of. Without effect on one that is closed. */
  reset(seq: number): void;
  close(): void;
};

/**
 * Keeps an app in step with its workspace, whatever it misses:
 *
 *   connecting ──welcome, and the gap──▶ live ◀───────────────┐
 *       ▲      └─resync──▶ catching_up ──the feed is read─────┤
 *       │                      ▲   live ──an event is missing, or a head is ahead
 *       │ full jitter          └──────────────┘
 *    offline ◀── the socket is lost, from any of these
 *    expired ◀── the feed can't reach back, from any of these; reset(seq) ──▶ connecting
 *
 * There is one rule for what is applied, in sync-sequence.ts, and it does not ask whether an event came by socket or feed.
 * While anything is known to be missing the feed is read, again and again; when nothing is, once after each idle minute,
 * because a replica can't tell of what it has itself not heard.
 */
export function connect(options: SyncOptions): SyncClient {
  const { random = Math.random, timers = systemTimers } = options;
  const { idle_ms: idleMs = 60_000, first_backoff_ms: firstBackoffMs = 250 } = options;
  const idle = createAlarm(timers);
  let phase: 'connecting' | 'open' | 'offline' | 'expired' | 'closed' = 'connecting';
  /** A resync was asked for, and the feed has not been read to its end since. */
  let isUncertain = false;
  let told: SyncState | undefined;
  /** Counts the beginnings; what an earlier one has under way is not taken any more. */
  let epoch = 0;

  const sequence = createSyncSequence(options.since, (event) => {
    idle.set(idleMs, checkFeed);
    callApp(() => options.onEvent(event));
  });
  const feed = createSyncFeed({
    fetchChanges: options.fetchChanges,
    last: () => sequence.last,
    onPage({ changes, head }) {
      const mine = epoch;
      sequence.hear(head);
      for (const event of changes) {
        if (epoch !== mine) return;
        sequence.take(event);
      }
      tell();
    },
    onEnd() {
      isUncertain = false;
      tell();
      return sequence.hasGap;
    },
    onExpired: () => end('expired'),
    timers,
    random,
    first_backoff_ms: firstBackoffMs,
  });
  const connection = createSyncConnection({
    url: () => options.url,
    getTicket: options.getTicket,
    since: () => sequence.last,
    onMessage: handle,
    onPhase(next) {
      phase = next;
      if (next !== 'open') tell();
    },
    onRefused: () => end('closed'),
    WebSocket: options.WebSocket ?? WebSocket,
    timers,
    random,
    first_backoff_ms: firstBackoffMs,
  });

  function handle(message: ServerMessage): void {
    const mine = epoch;
    switch (message.type) {
      case 'welcome':
        // What it promises is on its way; should it get lost, a heartbeat or a later event tells.
        if (message.seq !== null) sequence.hear(message.seq);
        break;
      case 'resync':
        isUncertain = true;
        feed.readNow();
        break;
      case 'heartbeat':
        if (message.seq !== null) sequence.hear(message.seq);
        if (sequence.hasGap) feed.read();
        break;
      case 'notification': {
        const { notification_id, unread } = message;
        callApp(() => options.onNotification?.({ notification_id, unread }));
        break;
      }
      case 'event':
        sequence.take(message.event);
        if (epoch === mine && message.event.seq > sequence.last) feed.read();
        break;
    }
    tell();
  }

  function checkFeed(): void {
    idle.set(idleMs, checkFeed);
    feed.read();
  }

  function isOver(): boolean {
    return phase === 'expired' || phase === 'closed';
  }

  function stateNow(): SyncState {
    if (phase !== 'open') return phase;
    return isUncertain || sequence.hasGap ? 'catching_up' : 'live';
  }

  function tell(): void {
    const state = stateNow();
    if (state === told) return;
    told = state;
    callApp(() => options.onState?.(state));
  }

  function begin(): void {
    idle.set(idleMs, checkFeed);
    connection.start();
  }

  function halt(seq: number): void {
    epoch += 1;
    isUncertain = false;
    idle.clear();
    feed.stop();
    connection.stop();
    sequence.reset(seq);
  }

  function end(how: 'expired' | 'closed'): void {
    if (phase === 'closed') return;
    halt(sequence.last);
    phase = how;
    tell();
  }

  begin();
  return {
    get seq() {
      return sequence.last;
    },
    get state() {
      return stateNow();
    },
    wake() {
      if (isOver()) return;
      connection.start();
      feed.readNow();
    },
    reset(seq) {
      if (phase === 'closed') return;
      halt(seq);
      begin();
    },
    close: () => end('closed'),
  };
}

/** An error of the app is the app's: it must not count as one of the connection or the feed, which are tried again. */
function callApp(call: () => void): void {
  try {
    call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
