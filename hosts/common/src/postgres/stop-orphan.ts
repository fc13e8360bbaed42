import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { commandLineOf } from '../process-identity.ts';
import { StartError } from '../start-error.ts';

/** Fast shutdown, immediate shutdown, then kill: each with its timeout in milliseconds. */
const signals: [NodeJS.Signals, number][] = [
  ['SIGINT', 10_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
];

/** What the `postmaster.pid` of a server that did not stop cleanly says. */
export type Orphan = { pid: number; pidFile: string };

/**
 * Stops the server that a killed host left running on a cluster, if its process can be seen from here. The caller holds the
 * data directory's lock.
 * @returns what its `postmaster.pid` says; undefined if there was none
 * @throws StartError if the server can't be stopped
 */
export async function stopOrphan(directory: string): Promise<Orphan | undefined> {
  const pidFile = join(directory, 'postmaster.pid');
  const content = await readFile(pidFile, 'utf8').catch(() => undefined);
  if (content === undefined) return undefined;
  const pid = Number(content.split('\n')[0]);
  for (const [signal, timeoutMs] of signals) {
    if (!(await serves(pid, directory))) break;
    sendSignal(pid, signal);
    await hasEnded(pid, directory, timeoutMs);
  }
  if (await serves(pid, directory)) {
    throw new StartError(
      `PostgreSQL (process ${pid}) still uses ${directory} and can't be stopped: kill it and start again.`,
    );
  }
  return { pid, pidFile };
}

/** Whether the process is the server of this cluster, and not another program with a reused id. */
async function serves(pid: number, directory: string): Promise<boolean> {
  if (!Number.isInteger(pid) || pid <= 1) return false;
  const command = await commandLineOf(pid);
  return command !== undefined && `${command} `.includes(`postgres -D ${directory} `);
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has exited, or we may not stop it: the caller checks again.
  }
}

async function hasEnded(pid: number, directory: string, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline && (await serves(pid, directory))) await pause(20);
}
