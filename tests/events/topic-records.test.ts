import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertSeqsInOrder } from '../support/topic-records.ts';

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const accept = (seqs: number[], torn: number) =>
  assert.doesNotThrow(() => assertSeqsInOrder(seqs, torn, 'seqs'));
const refuse = (seqs: number[], torn: number) => assert.throws(() => assertSeqsInOrder(seqs, torn, 'seqs'));

test('an order in which a window is torn apart is recognised, and counted', () => {
  const torn = [...range(1, 5), ...range(9, 12), ...range(6, 8), ...range(13, 20)];
  accept(range(1, 20), 0);
  accept(torn, 1);
  refuse(torn, 0);
  accept([2, 1, 4, 3], 2);
  refuse([2, 1, 4, 3], 1);
});

test('a torn window is small, complete, and followed by nothing later', () => {
  refuse([...range(1, 5), ...range(15, 30), ...range(6, 14)], 1);
  refuse([...range(1, 5), 9, 10, 13, ...range(6, 8), 11, 12], 2);
  refuse([...range(1, 5), 9, 10, 7, 6, 8], 2);
  refuse([...range(1, 5), 9, 10, 6, 7], 2);
  refuse([...range(2, 10)], 1);
});
