import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cleanup } from '@rondo/shared/test/identity';

/** Creates a temporary directory, and removes it after the test. */
export async function temporaryDirectory(t: Cleanup): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rondo-test-'));
  t.after(() => removeDirectory(directory));
  return directory;
}

/** Retries, because the PostgreSQL of a killed host runs a moment longer and may still create files. */
export async function removeDirectory(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}
