import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

/** Describes the machine and the commit that figures are measured on. */
export function describeMachine(): Record<string, string | number> {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const isDirty = execFileSync('git', ['status', '--porcelain'], { encoding: 'utf8' }).trim() !== '';
  return {
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? 'unknown',
    memory_gib: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    commit: isDirty ? `${commit} with changes` : commit,
    at: new Date().toISOString(),
  };
}

/** Returns the memory of a process and its descendants in MB, with shared pages counted once (PSS; Linux only). */
export function memoryOfTree(pid: number): number {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = orUndefined(() => readFileSync(`/proc/${name}/stat`, 'utf8'));
    if (stat) parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const isBelow = (id: number): boolean => id === pid || (parents.has(id) && isBelow(parents.get(id) ?? 0));
  let kilobytes = 0;
  for (const id of parents.keys()) {
    if (!isBelow(id)) continue;
    const rollup = orUndefined(() => readFileSync(`/proc/${id}/smaps_rollup`, 'utf8')) ?? '';
    kilobytes += Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
  }
  return Math.round(kilobytes / 1024);
}

/** Returns the resident memory of one process in KB (Linux only). */
export function residentKilobytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
}

/** A process can end while its files in /proc are read. */
function orUndefined<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
