// Runs a TypeScript file on the Node 24 that the npm package `node` brings, whatever Node started this.
// It is plain JavaScript because the system's Node may be 20. A missing or outdated node_modules is
// installed first; a stamp of the lockfile's hash makes a second start install nothing.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const stampFile = join(root, 'node_modules', '.rondo-installed');
const node24 = join(root, 'node_modules', 'node', 'bin', 'node');
const [script, ...args] = process.argv.slice(2);

function fail(message) {
  process.stderr.write(`rondo: ${message}\n`);
  process.exit(1);
}

const lockHash = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');

function isInstalled() {
  return existsSync(node24) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === lockHash;
}

if (!isInstalled()) {
  process.stderr.write('rondo: installing dependencies (once)…\n');
  const install = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', process.stderr, process.stderr],
  });
  if (install.status !== 0)
    fail('npm ci failed; the lines above say why. Mend that and run the same command again.');
  if (!existsSync(node24))
    fail('npm ci brought no Node 24: allow the install script of the package "node" and run again.');
  writeFileSync(stampFile, lockHash);
}

// A larger young generation: short-lived events die in it instead of being copied out (Audit's catch-up: + 10 %).
const flags = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=32'];
const child = spawn(node24, [...flags, resolve(root, script), ...args], { stdio: 'inherit' });
// The terminal sends Ctrl-C to the whole process group; a signal sent to this process alone is passed on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  });
}
child.on('error', (error) => fail(`could not start Node 24: ${error.message}`));
child.on('exit', (code, signal) => {
  process.exit(code ?? 128 + ({ SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 1));
});
