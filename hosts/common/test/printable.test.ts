import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printable } from '../src/printable.ts';

test('what a terminal would obey is escaped; letters and line ends stay', () => {
  assert.equal(
    printable('a\u001b[2J\u0007\rb\u202Ec\u009B'),
    String.raw`a\u{1b}[2J\u{7}\u{d}b\u{202e}c\u{9b}`,
  );
  assert.equal(printable('Straße 東京\n  at line 2'), 'Straße 東京\n  at line 2');
});
