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

/** A program of one line of JavaScript that prints its process id first. */
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

test('a program that is killed is started again until it is stopped, and the restart is reported', async (t) => {
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

test('a program that ends at once is started again and again, and its start fails with its last lines', async (t) => {
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

test('a program that is not there is an error that names it', async (t) => {
  const { program } = await programOf(t, lives, { command: '/nowhere/daprd', readyTimeoutMs: 300 });
  await assert.rejects(
    program.start(),
    (error) => error instanceof StartError && /\/nowhere\/daprd/.test(error.message),
  );
});

test('a program that does not end in time is killed', async (t) => {
  const { program, logFile } = await programOf(t, `process.on('SIGTERM', () => undefined); ${lives}`, {
    stopTimeoutMs: 100,
  });
  await program.start();
  const [pid] = await startsOf(logFile);
  await program.stop();
  assert.equal(isRunning(pid ?? 0), false);
});

test('the programs that a killed host left running are ended by the next one, and nothing else', async (t) => {
  const { program, directory, logFile } = await programOf(t, lives);
  await program.start();
  const [pid] = await startsOf(logFile);
  // This process has the id that a program before it had when it was recorded.
  await writeFile(
    join(directory, 'other.log.process.json'),
    JSON.stringify({ pid: process.pid, identity: 'another one' }),
  );
  await endLeftBehind(directory);
  // It is a child of this process, which may not have noticed its end yet.
  await eventually(() => !isRunning(pid ?? 0));
});

test('restarts are reported in the terminal when they begin and when they repeat', () => {
  const lines: string[] = [];
  const logged: unknown[] = [];
  const log = { warn: (_fields: unknown, line: string) => void logged.push(line) };
  const report = reportRestarts({ say: (line) => void lines.push(line), log });
  for (const inARow of [1, 2, 3, 4, 5, 6])
    report({ name: 'kafka', reason: 'SIGKILL', inARow, logFile: '/logs/kafka.log' });
  assert.deepEqual(lines, [
    'kafka has ended (SIGKILL) and is started again.',
    'kafka has ended 5 times in a row (SIGKILL). Its log is /logs/kafka.log.',
  ]);
  assert.equal(logged.length, 6);
});
