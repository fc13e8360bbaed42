/** `npm test [-- FILE…]`: runs every test file of the tree, or the named ones, on one throw-away PostgreSQL. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { throwAwaySettings } from '@rondo/host-common/postgres/settings';
import { startPostgres } from '@rondo/host-common/postgres/start-postgres';
import { createLog } from '@rondo/shared/observability/log';

const endWithTests = pathToFileURL(join(import.meta.dirname, '../tests/support/end-with-tests.ts')).href;
const named = process.argv.slice(2);
const files = named.length > 0 ? named : findTests();
process.exitCode = await runTests(files);

function findTests(): string[] {
  return globSync(
    [
      '{packages,services,hosts}/*/test/**/*.test.ts',
      '{gateway,release-job}/test/**/*.test.ts',
      'tests/!(cluster)/**/*.test.ts',
    ],
    {
      // Tests that need more than Node and npm have their own commands.
      exclude: (path) => path.includes('node_modules') || path === 'tests/images' || path === 'tests/clients',
    },
  ).toSorted();
}

async function runTests(files: string[]): Promise<number> {
  // Ctrl-C reaches the test runner too: it ends first, then PostgreSQL is stopped.
  const stopped = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopped.abort());
  await using opened = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'rondo-test-'));
  opened.defer(() => rm(directory, { recursive: true, force: true }));
  const postgres = opened.use(
    await startPostgres({
      dataDir: directory,
      port: 0,
      log: createLog('tests', 'silent'),
      settings: throwAwaySettings,
    }),
  );
  const summary = join(directory, 'summary.tap');
  const code = stopped.signal.aborted
    ? 130
    : await runNode(files, { url: postgres.url, summary, signal: stopped.signal });
  if (code !== 0) return code;
  // Node counts a file without tests as passed. A run without any test is an error.
  const tests = Number(/^# tests (\d+)$/m.exec(await readFile(summary, 'utf8'))?.[1] ?? 0);
  if (tests === 0) process.stderr.write('rondo: there was no test to run\n');
  return tests === 0 ? 1 : 0;
}

async function runNode(
  files: string[],
  { url, summary, signal }: { url: string; summary: string; signal: AbortSignal },
): Promise<number> {
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      `--import=${endWithTests}`,
      '--test',
      // Kafka and its sidecars need both cores: one file at a time.
      `--test-concurrency=${process.env['RONDO_ENGINE'] === 'dapr' ? 1 : 2}`,
      '--test-timeout=300000',
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      '--test-reporter=tap',
      `--test-reporter-destination=${summary}`,
      ...files,
    ],
    {
      stdio: 'inherit',
      env: {
        ...process.env,
        RONDO_TEST_DATABASE_URL: url,
        // As in most images. What survives in the young generation is copied in one piece, which tests of the event loop see.
        NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --max-semi-space-size=16`,
      },
    },
  );
  const stop = () => child.kill('SIGINT');
  signal.addEventListener('abort', stop, { once: true });
  const [code] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return code ?? 130;
}
