import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';

/** Runs a fixture as a test file. Its process must exit by itself. */
async function run(fixture: string, flags: string[], env: Record<string, string> = {}): Promise<string> {
  const { NODE_TEST_CONTEXT: _inherited, ...own } = process.env;
  const file = join(import.meta.dirname, 'fixtures', fixture);
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...flags, '--test', file], {
    env: { ...own, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  assert.equal(code, 1, `it exits by itself, as failed:\n${output}`);
  return output;
}

test('a test that fails under load ends its file and reports the reason', async () => {
  assert.match(await run('fails-under-load.ts', []), /the reason for the failure/);
});

test('a test file that leaves something open fails, and reports what is open', async () => {
  const net = `--import=${join(import.meta.dirname, '../support/end-with-tests.ts')}`;
  const output = await run('leaves-a-timer.ts', [net], { RONDO_TEST_END_AFTER_MS: '500' });
  assert.match(output, /Still open after the tests: .*Timeout/);
});
