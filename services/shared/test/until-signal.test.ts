import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';

/** A process that stops when its input ends, on a clock that goes forward by so much with each signal. */
const program = (msBetween: number) => `
  import { untilSignal } from ${JSON.stringify(new URL('../src/until-signal.ts', import.meta.url).href)};
  let now = 0;
  const stopped = untilSignal(() => (now += ${msBetween}));
  process.stdin.resume();
  console.log('ready');
  await stopped;
  console.log('stopping');`;

async function start(t: TestContext, msBetween: number) {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program(msBetween)]);
  t.after(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const nextWords = async () => String((await once(child.stdout, 'data'))[0]).trim();
  assert.equal(await nextWords(), 'ready');
  return { child, ended, nextWords };
}

test('a signal that arrives several times at once is one stop', async (t) => {
  const { child, ended, nextWords } = await start(t, 100);
  child.kill('SIGTERM');
  assert.equal(await nextWords(), 'stopping');
  child.kill('SIGTERM');
  child.kill('SIGINT');
  child.stdin.end();
  assert.deepEqual(await ended, [0, null]);
});

test('a signal that comes again later ends the process at once', async (t) => {
  const { child, ended, nextWords } = await start(t, 600);
  child.kill('SIGINT');
  assert.equal(await nextWords(), 'stopping');
  child.kill('SIGINT');
  assert.deepEqual(await ended, [130, null]);
});
