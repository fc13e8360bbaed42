import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createUnreadBudget } from '../../src/transports/unread-budget.ts';

type Reader = { name: string; socket: { bufferedAmount: number } };

const readerOf = (name: string): Reader => ({ name, socket: { bufferedAmount: 0 } });

/** Five readers under a budget of 100 bytes, and the names of those that were cut off. */
function open() {
  const cut: string[] = [];
  const budget = createUnreadBudget<Reader>(100, ({ name }) => void cut.push(name));
  const readers = ['a', 'b', 'c', 'd', 'e'].map((name) => readerOf(name));
  const send = (nth: number, bytes: number) => {
    const reader = readers[nth];
    assert.ok(reader);
    reader.socket.bufferedAmount += bytes;
    budget.look(reader);
  };
  return { cut, budget, readers, send };
}

test('the slowest readers are cut off when all have too much unread together', () => {
  const { cut, send } = open();
  send(0, 20);
  send(1, 45);
  send(2, 35);
  assert.deepEqual(cut, []);
  send(3, 1);
  assert.deepEqual(cut, ['b'], 'the other three have 56 bytes');
  send(4, 44);
  assert.deepEqual(cut, ['b']);
  send(4, 1);
  assert.deepEqual(cut, ['b', 'e']);
});

test('what was read meanwhile does not count', () => {
  const { cut, readers, send } = open();
  send(0, 90);
  const [first] = readers;
  assert.ok(first);
  first.socket.bufferedAmount = 0;
  send(1, 90);
  assert.deepEqual(cut, []);
});

test('a reader that is gone does not count', () => {
  const { cut, budget, readers, send } = open();
  send(0, 90);
  const [first] = readers;
  assert.ok(first);
  budget.forget(first);
  send(1, 90);
  assert.deepEqual(cut, []);
});
