import assert from 'node:assert/strict';
import { connect, type SyncState } from '../../src/sync-client.ts';
import type { ChangePage, Hello, ServerMessage, SyncEvent } from '../../src/protocol.ts';
import { createVirtualTime } from './virtual-time.ts';

export const workspaceId = '0196c000-0000-7000-8000-000000000001';
export const historyId = '0196c000-0000-7000-8000-00000000000a';

/** The server's end of a connection. */
type Wire = {
  hello: Hello | undefined;
  /** The number of pings that arrived. */
  pings: number;
  isClosed: boolean;
  open(): void;
  send(message: ServerMessage<SyncEvent> | string): void;
  disconnect(code: number): void;
};

/** A client with virtual time, a fixed random number, and a server and an app that the test scripts. */
export function startScriptedClient({
  since = 0,
  random = 1,
  knownHistory,
}: { since?: number; random?: number; knownHistory?: string } = {}) {
  const time = createVirtualTime();
  const wires: Wire[] = [];
  const applied: number[] = [];
  const states: SyncState[] = [];
  const feed = {
    reads: [] as number[],
    histories: [] as (string | null)[],
    answer: async (_since: number): Promise<ChangePage<SyncEvent> | undefined> => ({
      changes: [],
      head: 0,
      has_more: false,
      history_id: historyId,
    }),
  };
  const app = {
    ticket: async () => `ticket ${wires.length + 1}`,
    onEvent: (_seq: number) => undefined as void,
    onNotification: (_change: { notification_id: string | null; unread: number }) => undefined as void,
    onState: (_state: SyncState) => undefined as void,
  };

  class TestSocket {
    readonly #listeners: Record<string, ((event: { data: unknown; code: number }) => void)[]> = {};
    readonly #wire: Wire;

    constructor() {
      const emit = (type: string, event = { data: undefined as unknown, code: 0 }) => {
        for (const listener of this.#listeners[type] ?? []) listener(event);
      };
      this.#wire = {
        hello: undefined,
        pings: 0,
        isClosed: false,
        open: () => emit('open'),
        send: (message) =>
          emit('message', { data: typeof message === 'string' ? message : JSON.stringify(message), code: 0 }),
        disconnect: (code) => emit('close', { data: undefined, code }),
      };
      wires.push(this.#wire);
    }

    addEventListener(type: string, listener: never): void {
      (this.#listeners[type] ??= []).push(listener);
    }

    send(text: string): void {
      const message = JSON.parse(text) as Hello | { type: 'ping' };
      if (message.type === 'hello') this.#wire.hello = message;
      else this.#wire.pings += 1;
    }

    close(): void {
      this.#wire.isClosed = true;
    }
  }

  const client = connect({
    url: 'ws://test/ws',
    getTicket: async () => app.ticket(),
    fetchChanges(since, history) {
      feed.reads.push(since);
      feed.histories.push(history);
      return feed.answer(since);
    },
    since,
    ...(knownHistory === undefined ? {} : { historyId: knownHistory }),
    onEvent({ seq }) {
      applied.push(seq);
      app.onEvent(seq);
    },
    onNotification: (change) => app.onNotification(change),
    onState(state) {
      states.push(state);
      app.onState(state);
    },
    WebSocket: TestSocket,
    timers: time,
    random: () => random,
  });

  /** The latest connection. */
  async function wire(): Promise<Wire> {
    await time.pass(0);
    const latest = wires.at(-1);
    assert.ok(latest, 'there is a connection');
    return latest;
  }

  /** Opens the latest connection and sends a welcome at `seq`. */
  async function welcome(seq: number | null, history = historyId): Promise<Wire> {
    const opened = await wire();
    opened.open();
    opened.send({ type: 'welcome', seq, workspace_id: workspaceId, history_id: history });
    return opened;
  }

  return { time, client, applied, states, feed, app, wires, wire, welcome };
}
