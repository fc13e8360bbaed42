import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { StartError } from '@rondo/host-common/start-error';
import { eventually } from '@rondo/shared/test/eventually';
import { temporaryDirectory } from '../../../tests/support/temporary-directory.ts';
import { endLeftBehind } from '../src/processes/left-behind.ts';
import { SupervisedProcess, type Program } from '../src/processes/supervised-process.ts';

/** A program of one line of JavaScript that prints its process id first. */
async function programOf(t: TestContext, code: string, more: Partial<Program> = {}) {
  const directory = await temporaryDirectory(t);
  const logFile = join(directory, 'program.log');
  const program = new SupervisedProcess({
    name: 'the program',
    command: process.execPath,
    args: ['--eval', `console.log(process.pid); ${code}`],
    log_file: logFile,
    isReady: async () => (await startsOf(logFile)).length > 0,
    patience_ms: 5_000,
    grace_ms: 5_000,
    ...more,
  });
  t.after(() => program.stop());
  return { program, logFile, directory };
}

async function startsOf(logFile: string): Promise<number[]> {
  return (await readFile(logFile, 'utf8').catch(() => '')).split('\n').filter(Boolean).map(Number);
}

const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const lives = 'setInterval(() => undefined, 1000)';

test('whoever is killed is started again, until it is stopped', async (t) => {
  const { program, logFile } = await programOf(t, lives);
  await program.start();
  await program.kill('SIGKILL');
  await eventually(async () => (await startsOf(logFile)).length === 2);
  await program.ready();
  await program.stop();
  const starts = await startsOf(logFile);
  assert.equal(new Set(starts).size, starts.length);
  assert.equal(program.pid, undefined);
  assert.deepEqual(starts.map(isRunning), [false, false]);
});

test('whoever ends at once is started again and again, and its start fails with what it said last', async (t) => {
  const { program, logFile } = await programOf(t, 'console.log(7); process.exit(3)', {
    isReady: async () => false,
    patience_ms: 1_500,
  });
  await assert.rejects(program.start(), ({ message }: Error) =>
    /not ready within 1.5 s.*:\n.*7$/s.test(message),
  );
  assert.ok((await startsOf(logFile)).length >= 4, 'at least two starts, two lines each');
  assert.equal(program.pid, undefined);
});

test('a program that is not there is an error that names it', async (t) => {
  const { program } = await programOf(t, lives, { command: '/nowhere/daprd', patience_ms: 300 });
  await assert.rejects(
    program.start(),
    (error) => error instanceof StartError && /\/nowhere\/daprd/.test(error.message),
  );
});

test('whoever does not end within its grace is killed', async (t) => {
  const { program, logFile } = await programOf(t, `process.on('SIGTERM', () => undefined); ${lives}`, {
    grace_ms: 100,
  });
  await program.start();
  const [pid] = await startsOf(logFile);
  await program.stop();
  assert.equal(isRunning(pid ?? 0), false);
});

test('what a killed engine left running is ended by the next one, and nothing else', async (t) => {
  const { program, directory, logFile } = await programOf(t, lives);
  await program.start();
  const [pid] = await startsOf(logFile);
  // This process has the id that a program before it had when it was noted.
  await writeFile(
    join(directory, 'other.log.process.json'),
    JSON.stringify({ pid: process.pid, identity: 'another one' }),
  );
  await endLeftBehind(directory);
  // It is this process's child, which may still have to take notice of its end.
  await eventually(() => !isRunning(pid ?? 0));
});
