import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { WebSocketServer, type WebSocket } from 'ws';
import { connect, type SyncState } from '../src/sync-client.ts';
import type { ChangePage, SyncEvent } from '../src/protocol.ts';

/** What happens to one event on its way to the client. */
type Fate = 'deliver' | 'lose' | 'twice' | 'late' | 'cut';

/**
 * A server with a reliable feed and a socket that treats each event as `fates` says. `bufferSize` is the number of events
 * that it can send to a resuming client; null stands for a replica that was just started.
 */
async function startServer({ fates, bufferSize }: { fates: Fate[]; bufferSize: number | null }) {
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
      const isKnown = bufferSize !== null && since >= head - bufferSize && since <= head;
      socket.send(
        JSON.stringify({
          type: isKnown ? 'welcome' : 'resync',
          seq: bufferSize === null ? null : head,
          workspace_id: 'w',
          history_id: 'h',
        }),
      );
      if (isKnown) for (let seq = since + 1; seq <= head; seq += 1) send(socket, seq);
      sockets.add(socket);
    });
    socket.on('close', () => sockets.delete(socket));
  });

  const send = (socket: WebSocket, seq: number) =>
    socket.send(JSON.stringify({ type: 'event', event: { seq } }));

  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    feed,
    fetchChanges: async (since: number): Promise<ChangePage<SyncEvent> | undefined> => {
      feed.reads += 1;
      if (feed.isExpired) return undefined;
      const end = Math.min(since + 3, head);
      await new Promise((resolve) => setImmediate(resolve));
      return {
        changes: Array.from({ length: Math.max(0, end - since) }, (_, n) => ({ seq: since + 1 + n })),
        head,
        has_more: end < head,
        history_id: 'h',
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
      for (const socket of sockets)
        socket.send(JSON.stringify({ type: 'heartbeat', seq: head, history_id: 'h' }));
    },
    isConnected: () => sockets.size > 0,
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of server.clients) socket.terminate();
        server.close(() => resolve());
      }),
  };
}

function startClient(server: Awaited<ReturnType<typeof startServer>>) {
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

async function startConnectedClient(t: TestContext, server: Awaited<ReturnType<typeof startServer>>) {
  const started = startClient(server);
  await until(t, () => server.isConnected());
  return started;
}

/** Waits until `condition` holds; fails after 10 s. */
const until = (t: TestContext, condition: () => boolean) =>
  t.waitFor(() => assert.ok(condition(), 'not yet'), { interval: 10, timeout: 10_000 });

const count = (to: number) => Array.from({ length: to }, (_, n) => n + 1);

test('every event is applied once and in order, even if messages are lost, repeated, late, or the socket is cut', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom<Fate>('deliver', 'deliver', 'lose', 'twice', 'late', 'cut'), {
        minLength: 1,
        maxLength: 25,
      }),
      fc.constantFrom(null, 0, 2, 100),
      async (fates, bufferSize) => {
        const server = await startServer({ fates, bufferSize });
        const { applied, client } = await startConnectedClient(t, server);
        for (let n = 0; n < fates.length; n += 1) {
          server.publish();
          await new Promise((resolve) => setImmediate(resolve));
        }
        await until(t, () => {
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

test('a client resumes after a cut at any event, from the buffer of the replica or from the feed', async (t) => {
  for (const bufferSize of [null, 1, 100]) {
    for (let cut = 0; cut < 8; cut += 1) {
      const fates: Fate[] = Array.from({ length: 8 }, (_, n) => (n === cut ? 'cut' : 'deliver'));
      const server = await startServer({ fates, bufferSize });
      const { applied, client } = await startConnectedClient(t, server);
      for (let n = 0; n < fates.length; n += 1) server.publish();
      await until(t, () => {
        server.beat();
        return applied.length >= 8;
      });
      client.close();
      await server.close();
      assert.deepEqual(applied, count(8), `cut after ${cut}, buffer of ${bufferSize}`);
    }
  }
});

test('a heartbeat causes a read of the feed only if its seq is ahead', async (t) => {
  const server = await startServer({ fates: ['lose', 'lose'], bufferSize: 100 });
  t.after(() => server.close());
  const { applied, client } = await startConnectedClient(t, server);
  t.after(() => client.close());
  server.beat();
  server.publish();
  server.publish();
  server.beat();
  await until(t, () => applied.length === 2);
  const { reads } = server.feed;
  server.beat();
  server.publish();
  await until(t, () => applied.length === 3);
  assert.equal(server.feed.reads, reads);
});

test('wake reads the feed at once', async (t) => {
  const server = await startServer({ fates: ['lose'], bufferSize: 100 });
  t.after(() => server.close());
  const { applied, client } = await startConnectedClient(t, server);
  t.after(() => client.close());
  server.publish();
  client.wake();
  await until(t, () => applied.length === 1);
});

test('an expired feed leads to the state expired, and nothing is applied after close', async (t) => {
  const server = await startServer({ fates: [], bufferSize: null });
  t.after(() => server.close());
  server.feed.isExpired = true;
  const { states, applied } = startClient(server);
  await until(t, () => states.at(-1) === 'expired');
  server.publish();
  const other = await startServer({ fates: [], bufferSize: 100 });
  t.after(() => other.close());
  const closed = await startConnectedClient(t, other);
  closed.client.close();
  other.publish();
  await until(t, () => !other.isConnected());
  assert.deepEqual([applied, closed.applied, closed.states.at(-1)], [[], [], 'closed']);
});
