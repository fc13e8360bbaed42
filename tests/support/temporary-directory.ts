import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cleanup } from '@rondo/shared/test/identity';

/** A directory of this test's own, removed after it. */
export async function temporaryDirectory(t: Cleanup): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rondo-test-'));
  t.after(() => removeDirectory(directory));
  return directory;
}

/** The PostgreSQL of a host that was killed outlives it for a moment, and writes files into what is being removed. */
export async function removeDirectory(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}
