import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSpaceLow } from '../../src/database/free-space.ts';

const mebibyte = 1024 * 1024;
const gibibyte = 1024 * mebibyte;
const free = (share: number, totalBytes: number) => ({ freeBytes: share * totalBytes, totalBytes });

test('space is low below 5 % and until 6 % of a large disk', () => {
  const total = 100 * gibibyte;
  assert.equal(isSpaceLow(free(0.051, total), false), false);
  assert.equal(isSpaceLow(free(0.049, total), false), true);
  assert.equal(isSpaceLow(free(0.059, total), true), true);
  assert.equal(isSpaceLow(free(0.061, total), true), false);
});

test('a small disk keeps room for two WAL segments', () => {
  const total = 200 * mebibyte;
  assert.equal(isSpaceLow({ freeBytes: 33 * mebibyte, totalBytes: total }, false), false);
  assert.equal(isSpaceLow({ freeBytes: 31 * mebibyte, totalBytes: total }, false), true);
  assert.equal(isSpaceLow({ freeBytes: 39 * mebibyte, totalBytes: total }, true), true);
  assert.equal(isSpaceLow({ freeBytes: 41 * mebibyte, totalBytes: total }, true), false);
});
