import { connect, type SyncClient, type SyncState } from '@rondo/sync-client/sync-client';
import type { ServerMessage } from '@rondo/shared/contracts/sync-message';
import type { ChangePage, TaskEvent } from '@rondo/shared/contracts/task-event';
import { createVirtualTime } from '@rondo/sync-client/test/virtual-time';
import { createWorkspaceBuffers } from '../../src/domain/workspace-buffer.ts';

const workspace_id = '0196c000-0000-7000-8000-000000000001';
const networkMs = 5;
const heartbeatMs = 25_000;
const pageSize = 3;

const eventOf = (seq: number) => ({ seq }) as TaskEvent;

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
  let head = 0;
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
      const { since } = JSON.parse(text) as { since: number };
      time.after(networkMs, () => this.#greet(since));
    }

    /** Reaches the client after everything that was sent before, unless the wire is dead. */
    say(message: ServerMessage): void {
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
      this.say({ type: gap.kind === 'resume' ? 'welcome' : 'resync', seq, workspace_id });
      if (gap.kind === 'resume')
        for (const bytes of gap.events)
          this.say(JSON.parse(new TextDecoder().decode(bytes)) as ServerMessage);
      open.add(this);
    }

    #emit(type: string, event = { data: undefined as unknown, code: 0 }): void {
      for (const listener of this.#listeners[type] ?? []) listener(event);
    }
  }

  async function fetchChanges(since: number): Promise<ChangePage | undefined> {
    await time.wait(networkMs);
    if (!isFeedUp) throw new Error('the feed is down');
    if (since < pruned || since > head) return undefined;
    const to = Math.min(since + pageSize, head);
    const page = {
      changes: Array.from({ length: to - since }, (_, n) => eventOf(since + 1 + n)),
      head,
      has_more: to < head,
    };
    await time.wait(networkMs);
    return page;
  }

  function beat(): void {
    for (const socket of open) socket.say({ type: 'heartbeat', seq: buffers.head(workspace_id) });
    time.after(heartbeatMs, beat);
  }
  time.after(heartbeatMs, beat);

  return {
    time,
    get head() {
      return head;
    },
    /** The app: a list that every event must lengthen by exactly one, and that a snapshot replaces. */
    startClient(random: () => number): { applied: number[]; states: SyncState[]; client: SyncClient } {
      const applied: number[] = [];
      const states: SyncState[] = [];
      const client: SyncClient = connect({
        url: 'ws://simulated/ws',
        getTicket: async () => 'ticket',
        fetchChanges,
        since: 0,
        onEvent: ({ seq }) => applied.push(seq),
        onState(state) {
          states.push(state);
          if (state !== 'expired') return;
          time.after(networkMs, () => {
            applied.splice(0, Infinity, ...Array.from({ length: head }, (_, n) => n + 1));
            client.reset(head);
          });
        },
        WebSocket: SimulatedSocket,
        timers: time,
        random,
      });
      return { applied, states, client };
    },
    /** Commits an event without publishing it yet. @returns its seq */
    commit: () => (head += 1),
    /** The broker gives the replica an event, perhaps again, perhaps late. */
    deliver(seq: number): void {
      const message: ServerMessage = { type: 'event', event: eventOf(seq) };
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
    prune: () => (pruned = head),
  };
}
