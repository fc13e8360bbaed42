import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

/** A process that takes a second and a half to stop. */
const program = `
  import { untilSignal } from ${JSON.stringify(new URL('../src/runtime/until-signal.ts', import.meta.url).href)};
  const staysAlive = setInterval(() => undefined, 1_000);
  const stopped = untilSignal();
  console.log('ready');
  await stopped;
  console.log('stopping');
  setTimeout(() => clearInterval(staysAlive), 1_500);`;

async function start(t: TestContext) {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program]);
  t.after(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const nextWords = async () => String((await once(child.stdout, 'data'))[0]).trim();
  assert.equal(await nextWords(), 'ready');
  return { child, ended, nextWords };
}

test('a signal that arrives several times at once is one wish: what is under way is ended in order', async (t) => {
  const { child, ended, nextWords } = await start(t);
  child.kill('SIGTERM');
  assert.equal(await nextWords(), 'stopping');
  child.kill('SIGTERM');
  child.kill('SIGINT');
  assert.deepEqual(await ended, [0, null]);
});

test('a signal that comes again later ends the process at once', async (t) => {
  const { child, ended, nextWords } = await start(t);
  child.kill('SIGINT');
  assert.equal(await nextWords(), 'stopping');
  await pause(600);
  child.kill('SIGINT');
  assert.deepEqual(await ended, [130, null]);
});
