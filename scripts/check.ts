/** `npm run check`: runs every check of the source that does not execute it. */
import { spawnSync } from 'node:child_process';

const checks: [name: string, command: string[]][] = [
  ['format', ['oxfmt', '--check', '.']],
  ['lint', ['oxlint', '--type-aware', '--deny-warnings']],
  ['types', ['tsc', '--noEmit']],
  ['unused', ['knip']],
  ['prose', ['node', 'scripts/check-prose.ts']],
];

let failed = 0;
for (const [name, [program, ...args]] of checks) {
  console.log(`check: ${name}`);
  const run = spawnSync(`node_modules/.bin/${program}`, args, { stdio: 'inherit' });
  if (run.status !== 0) failed += 1;
}
process.exit(failed === 0 ? 0 : 1);
