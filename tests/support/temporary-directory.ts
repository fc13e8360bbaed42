import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cleanup } from '@rondo/shared/test/identity';

/** A directory of this test's own, removed after it. */
export async function temporaryDirectory(t: Cleanup): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rondo-test-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
