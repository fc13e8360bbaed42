import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '../../src/observability/log.ts';
import { eachKey } from '../../src/workers/each-key.ts';

const log = createLog('test', 'silent');
const keysOf =
  (keys: string[]) =>
  ({ after }: { after: string }) =>
    Promise.resolve(keys.filter((key) => key > after));

test('what fails for one key holds up no other', async () => {
  const worked: string[] = [];
  const done = await eachKey({
    keysAfter: keysOf(['a', 'b', 'c']),
    work(key) {
      worked.push(key);
      return key === 'b' ? Promise.reject(new Error('poison')) : Promise.resolve();
    },
    whenOneFails: 'failed',
    log,
    stopping: new AbortController().signal,
  });
  assert.deepEqual([worked, done], [['a', 'b', 'c'], 2]);
});

test('it ends early when it is stopped, and throws if the keys can not be read', async () => {
  const stopping = new AbortController();
  const worked: string[] = [];
  const work = (key: string) => {
    worked.push(key);
    stopping.abort();
    return Promise.resolve();
  };
  const options = { work, whenOneFails: 'failed', log };
  await eachKey({ ...options, keysAfter: keysOf(['a', 'b']), stopping: stopping.signal });
  assert.deepEqual(worked, ['a']);
  const away = () => Promise.reject(new Error('no database'));
  await assert.rejects(
    eachKey({ ...options, keysAfter: away, stopping: new AbortController().signal }),
    /no database/,
  );
});

test('more keys than are read together are all worked on, each once', async () => {
  const keys = Array.from({ length: 1_200 }, (_, n) => `key ${String(n).padStart(4, '0')}`);
  const worked: string[] = [];
  const done = await eachKey({
    keysAfter: ({ after, limit }) => Promise.resolve(keys.filter((key) => key > after).slice(0, limit)),
    work: (key) => Promise.resolve(void worked.push(key)),
    whenOneFails: 'failed',
    log,
    stopping: new AbortController().signal,
  });
  assert.deepEqual([worked, done], [keys, keys.length]);
});
