import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { StartError } from '@rondo/host-common/start-error';
import { eventually } from '@rondo/shared/test/eventually';
import { temporaryDirectory } from '../../../tests/support/temporary-directory.ts';
import { endLeftBehind } from '../src/processes/left-behind.ts';
import { reportRestarts } from '../src/processes/report-restarts.ts';
import { SupervisedProcess, type Program, type Restart } from '../src/processes/supervised-process.ts';

/** A one-line JavaScript program that first prints its process id. */
async function programOf(t: TestContext, code: string, more: Partial<Program> = {}) {
  const directory = await temporaryDirectory(t);
  const logFile = join(directory, 'program.log');
  const program = new SupervisedProcess({
    name: 'the program',
    command: process.execPath,
    args: ['--eval', `console.log(process.pid); ${code}`],
    logFile,
    isReady: async () => (await startsOf(logFile)).length > 0,
    readyTimeoutMs: 5_000,
    stopTimeoutMs: 5_000,
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

test('a killed program is restarted and the restart reported, until the program is stopped', async (t) => {
  const restarts: Restart[] = [];
  const { program, logFile } = await programOf(t, lives, { onRestart: (restart) => restarts.push(restart) });
  await program.start();
  await program.kill('SIGKILL');
  await eventually(async () => (await startsOf(logFile)).length === 2);
  await program.ready();
  await program.stop();
  const starts = await startsOf(logFile);
  assert.equal(new Set(starts).size, starts.length);
  assert.equal(program.pid, undefined);
  assert.deepEqual(starts.map(isRunning), [false, false]);
  assert.deepEqual(restarts, [{ name: 'the program', reason: 'SIGKILL', inARow: 1, logFile }]);
});

test('a program that keeps exiting at once is restarted, and its start fails with its last lines', async (t) => {
  const { program, logFile } = await programOf(t, 'console.log(7); process.exit(3)', {
    isReady: async () => false,
    readyTimeoutMs: 1_500,
  });
  await assert.rejects(program.start(), ({ message }: Error) =>
    /not ready within 1.5 s.*:\n.*7$/s.test(message),
  );
  assert.ok((await startsOf(logFile)).length >= 4, 'at least two starts, two lines each');
  assert.equal(program.pid, undefined);
});

test('the error for a missing program names it', async (t) => {
  const { program } = await programOf(t, lives, { command: '/nowhere/daprd', readyTimeoutMs: 300 });
  await assert.rejects(
    program.start(),
    (error) => error instanceof StartError && /\/nowhere\/daprd/.test(error.message),
  );
});

test('a program that does not exit in time is killed', async (t) => {
  const { program, logFile } = await programOf(t, `process.on('SIGTERM', () => undefined); ${lives}`, {
    stopTimeoutMs: 100,
  });
  await program.start();
  const [pid] = await startsOf(logFile);
  await program.stop();
  assert.equal(isRunning(pid ?? 0), false);
});

test('the next host stops only the programs that a killed host left running', async (t) => {
  const { program, directory, logFile } = await programOf(t, lives);
  await program.start();
  const [pid] = await startsOf(logFile);
  // A record with this process's id, as if the id was reused.
  await writeFile(
    join(directory, 'other.log.process.json'),
    JSON.stringify({ pid: process.pid, identity: 'another one' }),
  );
  await endLeftBehind(directory);
  // It is a child of this process, which may not have seen its exit yet.
  await eventually(() => !isRunning(pid ?? 0));
});

test('the first restart and the fifth in a row are reported in the terminal', () => {
  const lines: string[] = [];
  const logged: unknown[] = [];
  const log = { warn: (_fields: unknown, line: string) => void logged.push(line) };
  const report = reportRestarts({ say: (line) => void lines.push(line), log });
  for (const inARow of [1, 2, 3, 4, 5, 6])
    report({ name: 'kafka', reason: 'SIGKILL', inARow, logFile: '/logs/kafka.log' });
  assert.deepEqual(lines, [
    'kafka exited (SIGKILL). Restarting it.',
    'kafka exited 5 times in a row (SIGKILL). See its log: /logs/kafka.log.',
  ]);
  assert.equal(logged.length, 6);
});
