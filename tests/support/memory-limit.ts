import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { TestContext } from 'node:test';

/** Where a control group with a limit of memory can be made, and the names of its files: version 1, and version 2. */
const hierarchies = [
  { directory: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes' },
  { directory: '/sys/fs/cgroup', limit: 'memory.max' },
];

/**
 * Makes a control group whose processes are killed when they take more memory, as those of a container are. It is removed
 * after the test. @returns the file to which a process writes its id to enter; undefined if this machine allows no such group
 */
export function limitMemory(t: TestContext, bytes: number): string | undefined {
  for (const { directory, limit } of hierarchies) {
    const group = `${directory}/rondo-test-${process.pid}-${Math.random().toString(36).slice(2)}`;
    try {
      mkdirSync(group);
    } catch {
      continue;
    }
    t.after(() => removeWhenEmpty(group));
    try {
      writeFileSync(`${group}/${limit}`, String(bytes));
      return `${group}/cgroup.procs`;
    } catch {
      // The hierarchy has no controller of memory.
    }
  }
  return undefined;
}

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
