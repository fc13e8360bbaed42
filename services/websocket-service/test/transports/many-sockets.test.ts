/** What is sent to all of 10,000 sockets is sent in slices. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { WebSocket } from 'ws';
import { createSockets, type OpenSocket } from '../../src/transports/sockets.ts';
import { createTokenExpiry } from '../../src/workers/end-with-token.ts';
import { eventually } from '@rondo/shared/test/eventually';

const count = 10_000;
/** About as long as a write to a socket takes. */
const writeMs = 0.03;

function burn(): void {
  const end = performance.now() + writeMs;
  while (performance.now() < end);
}

/** Sockets of 10 in each workspace, and what each of them got. */
function openSockets() {
  const sockets = createSockets({ onSlowReader: () => assert.fail('a slow reader') });
  const got: string[][] = Array.from({ length: count }, () => []);
  for (const [index, messages] of got.entries()) {
    const socket = {
      OPEN: 1,
      readyState: 1,
      bufferedAmount: 0,
      send(message: Uint8Array) {
        burn();
        messages.push(Buffer.from(message).toString());
      },
      close() {
        burn();
        messages.push('closed');
      },
    };
    const open: OpenSocket = {
      person_id: String(index),
      workspace_id: String(Math.floor(index / 10)),
      token_expires_at: 1_000,
      socket: socket as unknown as WebSocket,
      missedPongs: 0,
      pingedSeq: 0,
      ackedSeq: 0,
      answeredAt: -Infinity,
    };
    sockets.add(open);
  }
  return { sockets, got };
}

/** Counts the turns of the event loop. */
function countTurns(t: TestContext): () => number {
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  t.after(() => clearInterval(timer));
  return () => turns;
}

test('each socket gets an announcement once, before the events after it, and others get on meanwhile', async (t) => {
  const { sockets, got } = openSockets();
  const turns = countTurns(t);
  const told = sockets.announce((workspaceId) => Buffer.from(`resync ${workspaceId}`));
  sockets.broadcast('999', Buffer.from('event'));
  await told;
  assert.ok(turns() >= 10, `${turns()} turns of the event loop`);
  for (const [index, messages] of got.entries()) {
    const workspaceId = String(Math.floor(index / 10));
    const events = workspaceId === '999' ? ['event'] : [];
    assert.deepEqual(messages, [`resync ${workspaceId}`, ...events]);
  }
});

test('a later announcement replaces an earlier one that a socket has not got', async () => {
  const { sockets, got } = openSockets();
  const first = sockets.announce(() => Buffer.from('first'));
  await Promise.all([first, sockets.announce(() => Buffer.from('second'))]);
  assert.deepEqual(got[count - 1], ['second']);
  assert.equal(got[0]?.at(-1), 'second');
});

test('sockets whose tokens end together are closed in slices', async (t) => {
  const { sockets, got } = openSockets();
  const turns = countTurns(t);
  const worker = createTokenExpiry({ sockets, clock: { now: () => new Date(2_000) } });
  worker.start();
  t.after(() => worker.stop());
  await eventually(() => sockets.size === 0, { timeout_ms: 10_000 });
  assert.ok(turns() >= 10, `${turns()} turns of the event loop`);
  assert.deepEqual(got[count - 1], ['closed']);
});
