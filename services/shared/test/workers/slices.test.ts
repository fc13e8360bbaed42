import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { inSlices } from '../../src/workers/slices.ts';

/** Keeps the processor busy. */
function work(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test('other work goes on between slices', async () => {
  let turns = 0;
  const end = new AbortController();
  const others = (async () => {
    while (!end.signal.aborted) {
      await nextTurn();
      turns += 1;
    }
  })();
  const seen: number[] = [];
  await inSlices(
    Array.from({ length: 100 }, (_, index) => index),
    (item) => {
      work(1);
      seen.push(item);
    },
  );
  end.abort();
  await others;
  assert.deepEqual(
    seen,
    Array.from({ length: 100 }, (_, index) => index),
  );
  assert.ok(turns >= 5, `${turns} turns`);
});

test('between two slices, what takes several turns of the event loop gets on', async () => {
  const end = new AbortController();
  let turn = 0;
  const watch = (async () => {
    while (!end.signal.aborted) {
      await nextTurn();
      turn += 1;
    }
  })();
  const turns: number[] = [];
  await inSlices(Array.from({ length: 30 }), () => {
    turns.push(turn);
    work(1);
  });
  end.abort();
  await watch;
  const between = turns.map((at, n) => at - (turns[n - 1] ?? 0)).slice(1);
  assert.ok(between.some((count) => count > 0));
  for (const count of between) assert.notEqual(count, 1, between.join(' '));
});

test('short work has no turn between', async () => {
  // The slices of the tests before have ended.
  await nextTurn();
  const order: string[] = [];
  const other = nextTurn().then(() => order.push('other'));
  await inSlices([1, 2, 3], (item) => void order.push(`item ${item}`));
  await other;
  assert.deepEqual(order, ['item 1', 'item 2', 'item 3', 'other']);
});

test('of much long work at once, one piece runs in each turn of the event loop', async () => {
  const end = new AbortController();
  let turn = 0;
  const watch = (async () => {
    while (!end.signal.aborted) {
      await nextTurn();
      turn += 1;
    }
  })();
  const piecesOfTurn = new Map<number, Set<number>>();
  const items = Array.from({ length: 30 }, () => 1);
  const pieces = Array.from({ length: 10 }, (_, piece) =>
    inSlices(items, (ms) => {
      piecesOfTurn.set(turn, (piecesOfTurn.get(turn) ?? new Set()).add(piece));
      work(ms);
    }),
  );
  await Promise.all(pieces);
  end.abort();
  await watch;
  assert.ok(piecesOfTurn.size > 10);
  for (const [at, found] of piecesOfTurn) assert.equal(found.size, 1, `turn ${at}`);
});

test('an error of one item ends the work', async () => {
  const seen: number[] = [];
  await assert.rejects(
    inSlices([1, 2, 3], async (item) => {
      seen.push(item);
      if (item === 2) throw new Error('no');
    }),
    /no/,
  );
  assert.deepEqual(seen, [1, 2]);
});
