import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKeyWindows, largestWindow } from '../../src/messaging/key-windows.ts';

function setUp() {
  let now = 1_000;
  const windows = createKeyWindows(() => now);
  /** A publication that takes a while. */
  const publish = (ms: number, keys: string[], refused: string[] = []) => {
    const began = windows.now();
    now += ms;
    windows.settle({ began, keys, refused: new Set(refused), tooLarge: new Set() });
  };
  return { windows, publish, pass: (ms: number) => (now += ms) };
}

test('at the start and after a pause every key has one event, until a publication is accepted', () => {
  const { windows, publish, pass } = setUp();
  assert.equal(windows.windowOf('a'), 1);
  publish(5, ['a']);
  assert.deepEqual([windows.windowOf('a'), windows.windowOf('b')], [largestWindow, largestWindow]);
  pass(26);
  assert.equal(windows.windowOf('a'), 1);
});

test('a slow broker is not mistaken for an unavailable one', () => {
  const { windows, publish } = setUp();
  publish(5_000, ['a']);
  assert.equal(windows.windowOf('a'), largestWindow);
});

test('a refused key doubles its window with each acceptance, and goes back to one', () => {
  const { windows, publish, pass } = setUp();
  publish(5, ['a', 'b'], ['a']);
  assert.deepEqual([windows.windowOf('a'), windows.windowOf('b'), windows.waiting()], [1, 1, ['a']]);
  pass(100);
  assert.deepEqual(windows.waiting(), []);
  for (const window of [2, 4, 8]) {
    publish(5, ['a']);
    assert.deepEqual([windows.windowOf('a'), windows.windowOf('b')], [window, largestWindow]);
  }
  publish(5, ['a'], ['a']);
  assert.deepEqual([windows.windowOf('a'), windows.windowOf('b')], [1, 1]);
});

test('a publication that began before a refusal does not show that the broker is back', () => {
  const { windows, publish, pass } = setUp();
  const began = windows.now();
  pass(10);
  publish(5, ['a'], ['a']);
  windows.settle({ began, keys: ['b'], refused: new Set(), tooLarge: new Set() });
  assert.equal(windows.windowOf('b'), 1);
});

test('the pause of a key doubles up to 5 s, and starts again after an acceptance', () => {
  const { windows, publish, pass } = setUp();
  const pauses = [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000];
  const isOverAfter = (ms: number) => {
    pass(ms - 1);
    assert.deepEqual(windows.waiting(), ['a']);
    pass(1);
    assert.deepEqual(windows.waiting(), []);
  };
  for (const ms of pauses) {
    publish(0, ['a'], ['a']);
    isOverAfter(ms);
  }
  publish(0, ['a']);
  publish(0, ['a'], ['a']);
  isOverAfter(100);
});
