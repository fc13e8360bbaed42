/** `npm test [FILE…]`: every test file of the tree, or the named ones, under node:test. */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';

const named = process.argv.slice(2);
const files = named.length > 0 ? named : globSync(['{services,embedded}/**/test/**/*.test.ts', 'tests/**/*.test.ts'], {
  exclude: (path) => path.includes('node_modules'),
}).toSorted();

const run = spawnSync(
  process.execPath,
  ['--disable-warning=ExperimentalWarning', '--test', '--test-concurrency=2', '--test-timeout=300000', '--test-reporter=spec', ...files],
  { stdio: 'inherit' },
);
process.exit(run.status ?? 1);
