import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * A text that distinguishes a process from all others that reuse its id; undefined if no process has the id. On Linux it is
 * the id of this boot and the start time in clock ticks (proc(5): field 22 of `stat`), elsewhere the output of `ps`.
 */
export async function identityOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return askPs(pid, 'lstart=');
  const stat = await readText(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses and may contain spaces.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (!state || state === 'Z' || state === 'X') return undefined;
  return `${await readBootId()} ${fields[18]}`;
}

/** Where a process runs. Its id means something only there. `kernel` and `pidNamespace` are empty if they can't be read. */
export type ProcessScope = { host: string; kernel: string; pidNamespace: string };

/** The scope of this process. Without Linux there are no PID namespaces, and the host's name stands for its kernel. */
export async function ownScope(): Promise<ProcessScope> {
  const host = hostname();
  if (process.platform !== 'linux') return { host, kernel: host, pidNamespace: 'none' };
  const pidNamespace = await readlink('/proc/self/ns/pid').catch(() => '');
  return { host, kernel: await readBootId(), pidNamespace };
}

export const isSameKernel = (one: ProcessScope, other: ProcessScope): boolean =>
  one.kernel !== '' && one.kernel === other.kernel;

/** Whether processes of both scopes see each other under the same ids. */
export const isSameScope = (one: ProcessScope, other: ProcessScope): boolean =>
  isSameKernel(one, other) && one.pidNamespace !== '' && one.pidNamespace === other.pidNamespace;

/** The arguments of a process, joined by spaces; undefined if no process has the id. */
export async function commandLineOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return askPs(pid, 'args=');
  const line = await readText(`/proc/${pid}/cmdline`);
  return line.replaceAll('\0', ' ').trim() || undefined;
}

const readBootId = async (): Promise<string> => (await readText('/proc/sys/kernel/random/boot_id')).trim();

/** Empty if there is no such file, because the process has ended. */
const readText = async (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

async function askPs(pid: number, format: string): Promise<string | undefined> {
  const answer = await run('ps', ['-o', format, '-p', String(pid)]).catch(() => undefined);
  return answer?.stdout.trim() || undefined;
}
