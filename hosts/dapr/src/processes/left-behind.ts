import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { identityOf } from '@rondo/host-common/process-identity';

const extension = '.process.json';

type ProcessRecord = { pid: number; identity: string };

/** Records a process next to its log file, so that it can be stopped if its host is killed. */
export async function recordProcess(logFile: string, pid: number): Promise<void> {
  const identity = await identityOf(pid);
  if (identity !== undefined) await writeFile(recordFileOf(logFile), JSON.stringify({ pid, identity }));
}

export async function forgetProcess(logFile: string): Promise<void> {
  await rm(recordFileOf(logFile), { force: true });
}

/** Stops the processes that a killed host left running: SIGTERM, and SIGKILL after 10 s. Resolves when they have exited. */
export async function endLeftBehind(logDirectory: string): Promise<void> {
  const files = (await readdir(logDirectory).catch(() => [])).filter((name) => name.endsWith(extension));
  await Promise.all(
    files.map(async (name) => {
      const file = join(logDirectory, name);
      const record = JSON.parse(await readFile(file, 'utf8')) as ProcessRecord;
      for (const signal of ['SIGTERM', 'SIGKILL'] as const) await end(record, signal);
      await rm(file, { force: true });
    }),
  );
}

const endTimeoutMs = 10_000;

async function end(record: ProcessRecord, signal: NodeJS.Signals): Promise<void> {
  if (!(await isRunning(record))) return;
  process.kill(record.pid, signal);
  const deadline = performance.now() + endTimeoutMs;
  while ((await isRunning(record)) && performance.now() < deadline) await pause(20);
}

async function isRunning({ pid, identity }: ProcessRecord): Promise<boolean> {
  return (await identityOf(pid)) === identity;
}

function recordFileOf(logFile: string): string {
  return `${logFile}${extension}`;
}
