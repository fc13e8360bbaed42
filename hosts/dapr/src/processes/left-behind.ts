import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { identityOf } from '@rondo/host-common/process-identity';

const extension = '.process.json';

type Note = { pid: number; identity: string };

/** Notes a process beside its log, so that it can be ended when whoever started it was killed. */
export async function noteProcess(logFile: string, pid: number): Promise<void> {
  const identity = await identityOf(pid);
  if (identity !== undefined) await writeFile(noteOf(logFile), JSON.stringify({ pid, identity }));
}

export async function forgetProcess(logFile: string): Promise<void> {
  await rm(noteOf(logFile), { force: true });
}

/** Ends the processes that a killed engine left running, and waits until they are gone: SIGTERM, after 10 s SIGKILL. */
export async function endLeftBehind(logDirectory: string): Promise<void> {
  const files = (await readdir(logDirectory).catch(() => [])).filter((name) => name.endsWith(extension));
  await Promise.all(
    files.map(async (name) => {
      const file = join(logDirectory, name);
      const note = JSON.parse(await readFile(file, 'utf8')) as Note;
      for (const signal of ['SIGTERM', 'SIGKILL'] as const) await end(note, signal);
      await rm(file, { force: true });
    }),
  );
}

const patienceMs = 10_000;

async function end(note: Note, signal: NodeJS.Signals): Promise<void> {
  if (!(await isRunning(note))) return;
  process.kill(note.pid, signal);
  const deadline = performance.now() + patienceMs;
  while ((await isRunning(note)) && performance.now() < deadline) await pause(20);
}

async function isRunning({ pid, identity }: Note): Promise<boolean> {
  return (await identityOf(pid)) === identity;
}

function noteOf(logFile: string): string {
  return `${logFile}${extension}`;
}
