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
  let kilobytes = 0;
  for (const { id } of processesBelow(pid)) {
    const rollup = orUndefined(() => readFileSync(`/proc/${id}/smaps_rollup`, 'utf8')) ?? '';
    kilobytes += Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
  }
  return Math.round(kilobytes / 1024);
}

export type ProcessorTime = { postgresMs: number; othersMs: number };

/**
 * Returns the processor time that a process and its descendants have taken, those of PostgreSQL apart (Linux only). Processes that
 * have ended are not counted.
 */
export function processorTimeOfTree(pid: number): ProcessorTime {
  const time = { postgresMs: 0, othersMs: 0 };
  for (const { name, ticks } of processesBelow(pid))
    time[name === 'postgres' ? 'postgresMs' : 'othersMs'] += ticks * msOfTick;
  return time;
}

/** Linux counts processor time in hundredths of a second (proc_pid_stat(5), USER_HZ). */
const msOfTick = 10;

type Process = { id: number; name: string; parent: number; ticks: number };

/** A process and its descendants. */
function processesBelow(pid: number): Process[] {
  const all = new Map<number, Process>();
  for (const directory of readdirSync('/proc')) {
    if (!/^\d+$/.test(directory)) continue;
    const stat = orUndefined(() => readFileSync(`/proc/${directory}/stat`, 'utf8'));
    if (stat) all.set(Number(directory), processOf(Number(directory), stat));
  }
  const isBelow = (id: number): boolean => id === pid || (all.has(id) && isBelow(all.get(id)?.parent ?? 0));
  return [...all.values()].filter(({ id }) => isBelow(id));
}

/** The name is in brackets, and may contain brackets itself (proc_pid_stat(5)). */
function processOf(id: number, stat: string): Process {
  const [start, end] = [stat.indexOf('('), stat.lastIndexOf(')')];
  const fields = stat.slice(end + 2).split(' ');
  return {
    id,
    name: stat.slice(start + 1, end),
    parent: Number(fields[1]),
    ticks: Number(fields[11]) + Number(fields[12]),
  };
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
