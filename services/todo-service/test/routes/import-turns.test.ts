import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@rondo/shared/test/eventually';
import { createImportTurns } from '../../src/routes/import-turns.ts';

test('files are imported one after the other, also after one has failed', async () => {
  const takeTurn = createImportTurns();
  const steps: string[] = [];
  const first = Promise.withResolvers<string>();
  const running = takeTurn('ada', async () => {
    steps.push('first begins');
    return first.promise;
  });
  const second = takeTurn('bob', async () => steps.push('second begins'));
  const third = takeTurn('cy', async () => steps.push('third begins'));
  await eventually(() => steps.length > 0);
  assert.deepEqual(steps, ['first begins']);
  first.reject(new Error('no calendar'));
  await assert.rejects(running, /no calendar/);
  await Promise.all([second, third]);
  assert.deepEqual(steps, ['first begins', 'second begins', 'third begins']);
});

test('of too many that wait, the next one is 429 with Retry-After', async () => {
  const takeTurn = createImportTurns();
  const first = Promise.withResolvers<void>();
  const all = Array.from({ length: 101 }, () => takeTurn('ada', () => first.promise));
  await assert.rejects(
    takeTurn('ada', () => first.promise),
    ({ status, code, headers }: { status: number; code: string; headers: Record<string, string> }) => {
      assert.deepEqual([status, code, headers['retry-after']], [429, 'busy', '5']);
      return true;
    },
  );
  first.resolve();
  await Promise.all(all);
});
