import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
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
  const boot = await readText('/proc/sys/kernel/random/boot_id');
  return `${boot.trim()} ${fields[18]}`;
}

/** The arguments of a process, joined by spaces; undefined if no process has the id. */
export async function commandLineOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return askPs(pid, 'args=');
  const line = await readText(`/proc/${pid}/cmdline`);
  return line.replaceAll('\0', ' ').trim() || undefined;
}

/** Empty if there is no such file, because the process has ended. */
const readText = async (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

async function askPs(pid: number, format: string): Promise<string | undefined> {
  const answer = await run('ps', ['-o', format, '-p', String(pid)]).catch(() => undefined);
  return answer?.stdout.trim() || undefined;
}
