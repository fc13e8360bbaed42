import { connect, type SyncClient, type SyncState } from '@rondo/sync-client/sync-client';
import type { ChangePage, Hello, Ping, ServerMessage } from '@rondo/sync-client/protocol';
import { createVirtualTime } from '@rondo/sync-client/test/virtual-time';
import { createWorkspaceBuffers } from '../../src/domain/workspace-buffer.ts';

const workspace_id = '0196c000-0000-7000-8000-000000000001';
const networkMs = 5;
const heartbeatMs = 25_000;
const pageSize = 3;

/** An event whose title tells it from those with the same seq in other histories. */
type SimulatedEvent = { seq: number; title: string };
const historyIdOf = (nth: number) => `0196c000-0000-7000-8000-00000000000${nth}`;

type Listeners = Record<string, ((event: { data: unknown; code: number }) => void)[]>;

/**
 * One replica with the service's own buffers, a change feed, and the client library with its own rules; between them a
 * network and a broker that do as the test says. Of the sockets only the wire is made up.
 */
export function createSimulation({ maxEvents }: { maxEvents: number }) {
  const time = createVirtualTime();
  const freshBuffers = () =>
    createWorkspaceBuffers({
      maxEvents,
      maxBytes: 1e6,
      maxWorkspaces: 5,
      maxTotalBytes: 1e6,
    });
  let buffers = freshBuffers();
  /** What is committed: the title of each event, by its seq. */
  let titles: string[] = [];
  let history = 1;
  let pruned = 0;
  let isFeedUp = true;
  let isReplicaUp = true;
  const open = new Set<SimulatedSocket>();

  class SimulatedSocket {
    readonly #listeners: Listeners = {};
    isFrozen = false;
    #isClosed = false;

    constructor(_url: string) {
      time.after(networkMs, () => (isReplicaUp ? this.#emit('open') : this.cut(1006)));
    }

    addEventListener(type: string, listener: never): void {
      (this.#listeners[type] ??= []).push(listener);
    }

    send(text: string): void {
      const message = JSON.parse(text) as Hello | Ping;
      time.after(networkMs, () => (message.type === 'hello' ? this.#greet(message.since) : this.#beat()));
    }

    /** Reaches the client after everything that was sent before, unless the wire is dead. */
    say(message: ServerMessage<SimulatedEvent>): void {
      time.after(networkMs, () => {
        if (!this.isFrozen && !this.#isClosed)
          this.#emit('message', { data: JSON.stringify(message), code: 0 });
      });
    }

    /** What is on the wire still arrives before the other side has answered. */
    close(): void {
      open.delete(this);
      time.after(networkMs, () => this.cut(1000));
    }

    cut(code: number): void {
      if (this.#isClosed) return;
      this.#isClosed = true;
      open.delete(this);
      this.#emit('close', { data: undefined, code });
    }

    /** As socket-server.ts does it. */
    #greet(since: number): void {
      if (this.#isClosed) return;
      const gap = buffers.after(workspace_id, since);
      const seq = buffers.head(workspace_id);
      this.say({
        type: gap.kind === 'resume' ? 'welcome' : 'resync',
        seq,
        workspace_id,
        history_id: buffers.historyId,
      });
      if (gap.kind === 'resume')
        for (const bytes of gap.events)
          this.say(JSON.parse(new TextDecoder().decode(bytes)) as ServerMessage<SimulatedEvent>);
      open.add(this);
    }

    /** As the answer to a ping, which a dead wire doesn't carry. */
    #beat(): void {
      if (!this.#isClosed) this.say(heartbeat());
    }

    #emit(type: string, event = { data: undefined as unknown, code: 0 }): void {
      for (const listener of this.#listeners[type] ?? []) listener(event);
    }
  }

  async function fetchChanges(
    since: number,
    historyId: string | null,
  ): Promise<ChangePage<SimulatedEvent> | undefined> {
    await time.wait(networkMs);
    if (!isFeedUp) throw new Error('the feed is down');
    if (historyId !== null && historyId !== historyIdOf(history)) return undefined;
    const head = titles.length;
    if (since < pruned || since > head) return undefined;
    const to = Math.min(since + pageSize, head);
    const page = {
      changes: titles.slice(since, to).map((title, n) => ({ seq: since + 1 + n, title })),
      head,
      has_more: to < head,
      history_id: historyIdOf(history),
    };
    await time.wait(networkMs);
    return page;
  }

  function heartbeat(): ServerMessage<SimulatedEvent> {
    return { type: 'heartbeat', seq: buffers.head(workspace_id), history_id: buffers.historyId };
  }

  function beat(): void {
    for (const socket of open) socket.say(heartbeat());
    time.after(heartbeatMs, beat);
  }
  time.after(heartbeatMs, beat);

  return {
    time,
    get head() {
      return titles.length;
    },
    /** The title of each event that is committed. */
    get titles() {
      return titles;
    },
    /** The app: a list that every event must lengthen by exactly one, and that a snapshot replaces. */
    startClient(random: () => number): {
      applied: number[];
      known: string[];
      states: SyncState[];
      client: SyncClient;
    } {
      const applied: number[] = [];
      const known: string[] = [];
      const states: SyncState[] = [];
      const client: SyncClient = connect<SimulatedEvent>({
        url: 'ws://simulated/ws',
        getTicket: async () => 'ticket',
        fetchChanges,
        since: 0,
        onEvent({ seq, title }) {
          applied.push(seq);
          known.push(title);
        },
        onState(state) {
          states.push(state);
          if (state !== 'expired') return;
          time.after(networkMs, () => {
            applied.splice(0, Infinity, ...titles.map((_, n) => n + 1));
            known.splice(0, Infinity, ...titles);
            client.reset(titles.length, historyIdOf(history));
          });
        },
        WebSocket: SimulatedSocket,
        timers: time,
        random,
      });
      return { applied, known, states, client };
    },
    /** Commits an event without publishing it yet. @returns its seq */
    commit: () => titles.push(`event ${titles.length + 1} of history ${history}`),
    /** The broker gives the replica an event, perhaps again, perhaps late. */
    deliver(seq: number): void {
      // As broadcast-updates.ts does it.
      if (buffers.enterHistory(historyIdOf(history)) === 'later')
        for (const socket of open)
          socket.say({ type: 'resync', seq: null, workspace_id, history_id: buffers.historyId });
      const event: SimulatedEvent = { seq, title: titles[seq - 1] ?? '' };
      const message = { type: 'event', event } as ServerMessage<SimulatedEvent>;
      const isNew = buffers.append(workspace_id, seq, new TextEncoder().encode(JSON.stringify(message)));
      if (isNew) for (const socket of open) socket.say(message);
    },
    cut: () => [...open].forEach((socket) => socket.cut(1006)),
    /** Cuts the connection without a notice to either end. */
    freeze: () => open.forEach((socket) => (socket.isFrozen = true)),
    restartReplica(): void {
      buffers = freshBuffers();
      [...open].forEach((socket) => socket.cut(1001));
    },
    setReplica: (isUp: boolean) => (isReplicaUp = isUp),
    setFeed: (isUp: boolean) => (isFeedUp = isUp),
    /** The feed forgets everything that is committed now. */
    prune: () => (pruned = titles.length),
    /** Brings back the state at a seq, as a restore from a backup does. */
    restore(seq: number): void {
      titles = titles.slice(0, seq);
      history += 1;
    },
  };
}
