import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validate, version } from 'uuid';
import { createUuid7Ids } from '../src/clock.ts';

test('ids are UUIDv7 and always increase: within a millisecond, beyond its counter, and if the clock is set back', () => {
  let now = Date.UTC(2026, 10, 21);
  const ids = createUuid7Ids(() => now);
  const made: string[] = [];
  const make = (count: number) => made.push(...Array.from({ length: count }, () => ids.next()));
  make(10_000);
  now += 1;
  make(10);
  now -= 60_000;
  make(10);
  now += 120_000;
  make(10);
  assert.ok(made.every((id) => validate(id) && version(id) === 7));
  assert.ok(made.every((id, n) => n === 0 || id > (made[n - 1] ?? '')));
  assert.equal(
    Number.parseInt(made.at(-1)?.replace('-', '').slice(0, 12) ?? '', 16),
    now,
    'the time is in it',
  );
});
