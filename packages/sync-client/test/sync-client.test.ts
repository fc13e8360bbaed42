import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { WebSocketServer, type WebSocket } from 'ws';
import { connect, type SyncState } from '../src/sync-client.ts';
import type { ChangePage, TaskEvent } from '@rondo/shared/contracts/task-event';
import { eventually } from '@rondo/shared/test/eventually';

/** What happens to one event on its way to the socket. */
type Fate = 'deliver' | 'lose' | 'twice' | 'late' | 'cut';

const eventOf = (seq: number) => ({ seq }) as TaskEvent;

/**
 * A server with a feed that is always right and a socket that does to each event what the test says. `remembers` is how
 * many events its replica can give to a resuming client; `null` is a replica that was just started.
 */
async function startServer({ fates, remembers }: { fates: Fate[]; remembers: number | null }) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await new Promise((resolve) => {
    server.once('listening', resolve);
  });
  const sockets = new Set<WebSocket>();
  let head = 0;
  let late: number | undefined;
  const feed = { reads: 0, isExpired: false };

  server.on('connection', (socket) => {
    socket.once('message', (data: Buffer) => {
      const { since } = JSON.parse(data.toString()) as { since: number };
      const isKnown = remembers !== null && since >= head - remembers && since <= head;
      socket.send(
        JSON.stringify({
          type: isKnown ? 'welcome' : 'resync',
          seq: remembers === null ? null : head,
          workspace_id: 'w',
        }),
      );
      if (isKnown) for (let seq = since + 1; seq <= head; seq += 1) send(socket, seq);
      sockets.add(socket);
    });
    socket.on('close', () => sockets.delete(socket));
  });

  const send = (socket: WebSocket, seq: number) =>
    socket.send(JSON.stringify({ type: 'event', event: eventOf(seq) }));

  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    feed,
    fetchChanges: async (since: number): Promise<ChangePage | undefined> => {
      feed.reads += 1;
      if (feed.isExpired) return undefined;
      const end = Math.min(since + 3, head);
      await new Promise((resolve) => setImmediate(resolve));
      return {
        changes: Array.from({ length: Math.max(0, end - since) }, (_, n) => eventOf(since + 1 + n)),
        head,
        has_more: end < head,
      };
    },
    publish() {
      const fate = fates[head] ?? 'deliver';
      head += 1;
      for (const socket of sockets) {
        if (fate === 'deliver' || fate === 'twice') send(socket, head);
        if (fate === 'twice') send(socket, head);
        if (late !== undefined) send(socket, late);
        if (fate === 'cut') socket.terminate();
      }
      late = fate === 'late' ? head : undefined;
    },
    beat() {
      for (const socket of sockets) socket.send(JSON.stringify({ type: 'heartbeat', seq: head }));
    },
    isConnected: () => sockets.size > 0,
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of server.clients) socket.terminate();
        server.close(() => resolve());
      }),
  };
}

function begin(server: Awaited<ReturnType<typeof startServer>>) {
  const applied: number[] = [];
  const states: SyncState[] = [];
  const client = connect({
    url: server.url,
    getTicket: async () => 'ticket',
    fetchChanges: server.fetchChanges,
    since: 0,
    onEvent: ({ seq }) => applied.push(seq),
    onState: (state) => states.push(state),
    random: () => 0,
  });
  return { applied, states, client };
}

async function follow(server: Awaited<ReturnType<typeof startServer>>) {
  const begun = begin(server);
  await eventually(() => server.isConnected());
  return begun;
}

const count = (to: number) => Array.from({ length: to }, (_, n) => n + 1);

test('whatever is lost, doubled, late or cut, every event is applied once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom<Fate>('deliver', 'deliver', 'lose', 'twice', 'late', 'cut'), {
        minLength: 1,
        maxLength: 25,
      }),
      fc.constantFrom(null, 0, 2, 100),
      async (fates, remembers) => {
        const server = await startServer({ fates, remembers });
        const { applied, client } = await follow(server);
        for (let n = 0; n < fates.length; n += 1) {
          server.publish();
          await new Promise((resolve) => setImmediate(resolve));
        }
        await eventually(() => {
          server.beat();
          return applied.length >= fates.length;
        });
        client.close();
        await server.close();
        assert.deepEqual(applied, count(fates.length));
      },
    ),
    { numRuns: 60 },
  );
});

test('a connection that is cut after each of its events resumes there, from the replica or from the feed', async () => {
  for (const remembers of [null, 1, 100]) {
    for (let cut = 0; cut < 8; cut += 1) {
      const fates: Fate[] = Array.from({ length: 8 }, (_, n) => (n === cut ? 'cut' : 'deliver'));
      const server = await startServer({ fates, remembers });
      const { applied, client } = await follow(server);
      for (let n = 0; n < fates.length; n += 1) server.publish();
      await eventually(() => {
        server.beat();
        return applied.length >= 8;
      });
      client.close();
      await server.close();
      assert.deepEqual(applied, count(8), `cut after ${cut}, replica remembers ${remembers}`);
    }
  }
});

test('a heartbeat whose head is ahead makes it read the feed; one that is not does not', async (t) => {
  const server = await startServer({ fates: ['lose', 'lose'], remembers: 100 });
  t.after(() => server.close());
  const { applied, client } = await follow(server);
  t.after(() => client.close());
  server.beat();
  server.publish();
  server.publish();
  server.beat();
  await eventually(() => applied.length === 2);
  const { reads } = server.feed;
  server.beat();
  server.publish();
  await eventually(() => applied.length === 3);
  assert.equal(server.feed.reads, reads);
});

test('a wake reads the feed at once, for a device that slept through everything', async (t) => {
  const server = await startServer({ fates: ['lose'], remembers: 100 });
  t.after(() => server.close());
  const { applied, client } = await follow(server);
  t.after(() => client.close());
  server.publish();
  client.wake();
  await eventually(() => applied.length === 1);
});

test('a feed that no longer reaches back ends it with "expired", and nothing is applied after a close', async (t) => {
  const server = await startServer({ fates: [], remembers: null });
  t.after(() => server.close());
  server.feed.isExpired = true;
  const { states, applied } = begin(server);
  await eventually(() => states.at(-1) === 'expired');
  server.publish();
  const other = await startServer({ fates: [], remembers: 100 });
  t.after(() => other.close());
  const closed = await follow(other);
  closed.client.close();
  other.publish();
  await eventually(() => !other.isConnected());
  assert.deepEqual([applied, closed.applied, closed.states.at(-1)], [[], [], 'closed']);
});
