import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';

/** Runs a fixture as a test file. Its process must end by itself. */
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
  assert.equal(code, 1, `it ends by itself, as failed:\n${output}`);
  return output;
}

test('a test that fails under load ends its file, with its reason', async () => {
  assert.match(await run('fails-under-load.ts', []), /the reason of the failure/);
});

test('a file that leaves something open ends as failed, and says what is open', async () => {
  const net = `--import=${join(import.meta.dirname, '../support/end-with-tests.ts')}`;
  const output = await run('leaves-a-timer.ts', [net], { RONDO_TEST_END_AFTER_MS: '500' });
  assert.match(output, /Still open after the tests: .*Timeout/);
});
