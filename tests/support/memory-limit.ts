import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** Where a control group with a limit of memory can be made, and the names of its files: version 1, and version 2. */
const hierarchies = [
  { directory: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes', peak: 'memory.max_usage_in_bytes' },
  { directory: '/sys/fs/cgroup', limit: 'memory.max', peak: 'memory.peak' },
];

/** A control group with a limit of memory. */
export type MemoryLimit = {
  /** The file to which a process writes its id to enter. */
  entrance: string;
  /** The most memory that its processes had together so far, in bytes. */
  peak(): number;
  /** Removes the group. Its processes must have ended. */
  remove(): Promise<void>;
};

/**
 * Makes a control group whose processes are killed when they take more memory, as those of a container are.
 * @returns undefined if this machine allows no such group
 */
export function limitMemory(bytes: number): MemoryLimit | undefined {
  for (const { directory, limit, peak } of hierarchies) {
    const group = `${directory}/rondo-test-${process.pid}-${Math.random().toString(36).slice(2)}`;
    try {
      mkdirSync(group);
    } catch {
      continue;
    }
    try {
      writeFileSync(`${group}/${limit}`, String(bytes));
      return {
        entrance: `${group}/cgroup.procs`,
        peak: () => Number(readFileSync(`${group}/${peak}`, 'utf8')),
        remove: () => removeWhenEmpty(group),
      };
    } catch {
      // The hierarchy has no controller of memory.
      rmdirSync(group);
    }
  }
  return undefined;
}

/** A process that was killed leaves its group a moment later. */
async function removeWhenEmpty(group: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    try {
      rmdirSync(group);
      return;
    } catch {
      await pause(100);
    }
  }
}
