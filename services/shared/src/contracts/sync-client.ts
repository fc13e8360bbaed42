import { closeCodes, type ServerMessage } from './sync-message.ts';
import type { ChangePage, TaskEvent } from './task-event.ts';

/** Where a client stands, for those who show it. `expired`: the feed no longer reaches back; take a snapshot. */
export type SyncState = 'connecting' | 'catching_up' | 'live' | 'offline' | 'expired' | 'closed';

export type SyncOptions = {
  /** The socket's address, `ws://…/ws` or `wss://…/ws`. */
  url: string;
  /** A fresh ticket for every connection (`POST /api/v1/ws-tickets`). */
  getTicket: () => Promise<string>;
  /** `GET /api/v1/changes?since=`; undefined when the feed answers 410 or 409. */
  fetchChanges: (since: number) => Promise<ChangePage | undefined>;
  /** The last seq that the app has applied. */
  since: number;
  /** Called once for each event, in the order of seq, without a gap. */
  onEvent: (event: TaskEvent) => void;
  onState?: (state: SyncState) => void;
  random?: () => number;
  /** Milliseconds without anything heard after which the feed is read (default one minute). */
  idle_ms?: number;
  /** The first pause after a lost connection at most, doubling up to 10 s (default 250 ms). */
  first_backoff_ms?: number;
};

export type SyncClient = {
  /** The last seq that was given to `onEvent`. */
  readonly seq: number;
  /** Reads the feed now, and connects now if it was waiting: for when a device wakes up. */
  wake(): void;
  close(): void;
};

const longestBackoffMs = 10_000;

/**
 * Keeps an app in step with its workspace, whatever it misses:
 *
 *   connecting ──welcome──▶ live ◀──────────────┐
 *       ▲          └─resync─▶ catching_up ──────┘  (live events are held back while the feed is read)
 *       │ full jitter                              live ──gap, or a head that is ahead──▶ catching_up
 *    offline ◀── the socket closes, from any state;  the feed can't reach back ──▶ expired (over)
 *
 * seq = last + 1 is applied, ≤ last ignored, > last + 1 makes it read the gap from the change feed.
 */
export function connect(options: SyncOptions): SyncClient {
  const { getTicket, fetchChanges, onEvent, onState = () => undefined, random = Math.random } = options;
  const { idle_ms: idleMs = 60_000, first_backoff_ms: firstBackoffMs = 250 } = options;
  let seq = options.since;
  let socket: WebSocket | undefined;
  let attempts = 0;
  let isOver = false;
  let reading: Promise<void> | undefined;
  let wantsReading = false;
  let isWelcome = false;
  const held = new Map<number, TaskEvent>();
  let idleTimer: ReturnType<typeof setTimeout> | undefined;
  let backoffTimer: ReturnType<typeof setTimeout> | undefined;

  function apply(event: TaskEvent): void {
    if (event.seq !== seq + 1) return;
    seq = event.seq;
    onEvent(event);
  }

  function applyHeld(): void {
    for (let next = held.get(seq + 1); next; next = held.get(seq + 1)) apply(next);
    for (const known of held.keys()) if (known <= seq) held.delete(known);
  }

  function receive(event: TaskEvent): void {
    if (event.seq <= seq) return;
    held.set(event.seq, event);
    if (!reading) applyHeld();
    if (held.size > 0) readFeed();
  }

  /** Reads the feed until it has nothing more; asked again meanwhile, once more after it. */
  function readFeed(): void {
    if (isOver) return;
    if (reading) {
      wantsReading = true;
      return;
    }
    onState('catching_up');
    reading = readToEnd()
      .catch(() => {
        // The feed can't be reached: the next heartbeat, idle minute or connection reads it.
      })
      .finally(() => {
        reading = undefined;
        applyHeld();
        if (wantsReading) {
          wantsReading = false;
          readFeed();
        } else if (!isOver) onState(isWelcome ? 'live' : 'offline');
      });
  }

  async function readToEnd(): Promise<void> {
    for (;;) {
      const page = await fetchChanges(seq);
      if (isOver) return;
      if (!page) return end('expired');
      for (const event of page.changes) apply(event);
      applyHeld();
      if (!page.has_more) return;
    }
  }

  function handle(message: ServerMessage): void {
    stayAwake();
    switch (message.type) {
      case 'event':
        return receive(message.event);
      case 'resync':
        isWelcome = true;
        attempts = 0;
        return readFeed();
      case 'welcome':
        isWelcome = true;
        attempts = 0;
        return onState('live');
      case 'heartbeat':
        if (message.seq !== null && message.seq > seq) readFeed();
        return undefined;
    }
  }

  function stayAwake(): void {
    clearTimeout(idleTimer);
    idleTimer = setTimeout(() => {
      readFeed();
      stayAwake();
    }, idleMs);
  }

  async function open(): Promise<void> {
    onState('connecting');
    const ticket = await getTicket();
    if (isOver) return;
    const opened = new WebSocket(options.url);
    socket = opened;
    opened.addEventListener('open', () => opened.send(JSON.stringify({ type: 'hello', ticket, since: seq })));
    opened.addEventListener('message', ({ data }) => handle(JSON.parse(String(data)) as ServerMessage));
    opened.addEventListener('close', ({ code }) => {
      if (socket !== opened) return;
      if (code === closeCodes.invalid_message) end('closed');
      else reconnect();
    });
  }

  function reconnect(): void {
    if (isOver) return;
    isWelcome = false;
    socket = undefined;
    onState('offline');
    const most = Math.min(firstBackoffMs * 2 ** attempts, longestBackoffMs);
    attempts += 1;
    clearTimeout(backoffTimer);
    backoffTimer = setTimeout(start, random() * most);
  }

  function start(): void {
    backoffTimer = undefined;
    open().catch(reconnect);
  }

  function end(state: 'expired' | 'closed'): void {
    if (isOver) return;
    isOver = true;
    clearTimeout(idleTimer);
    clearTimeout(backoffTimer);
    socket?.close();
    onState(state);
  }

  start();
  stayAwake();
  return {
    get seq() {
      return seq;
    },
    wake() {
      if (isOver) return;
      if (backoffTimer !== undefined) {
        clearTimeout(backoffTimer);
        attempts = 0;
        start();
      }
      readFeed();
    },
    close: () => end('closed'),
  };
}
