// Runs a TypeScript file on the Node 24 of the npm package `node`, whichever Node started this. It is plain JavaScript
// because the system's Node may be older. Dependencies that are missing or outdated are installed first: what runs Rondo needs no
// development tools. A stamp with the lockfile's hash shows what is installed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const stampFile = join(root, 'node_modules', '.rondo-installed');
const node24 = join(root, 'node_modules', 'node', 'bin', 'node');
const [script, ...args] = process.argv.slice(2);

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

function say(message) {
  process.stderr.write(`rondo: ${message}\n`);
}

function fail(message, code = 1) {
  say(message);
  process.exit(code);
}

const sha256 = (content) => createHash('sha256').update(content).digest('hex');
const lockHash = sha256(readFileSync(join(root, 'package-lock.json')));

/** Programs of these folders run Rondo; the others work on it. */
const isRuntime = /^(hosts\/embedded|gateway|services)\//.test(script);
const stamps = { all: lockHash, runtime: `${lockHash} runtime` };

function isStamped(stamp) {
  return existsSync(node24) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
}

function isInstalled() {
  return isStamped(stamps.all) || (isRuntime && isStamped(stamps.runtime));
}

const supported = new Set(['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']);

function checkPlatform() {
  const platform = `${process.platform}-${process.arch}`;
  const reason = supported.has(platform)
    ? process.platform === 'linux' && !hasGlibc() && 'a Linux without glibc'
    : platform;
  if (reason)
    fail(
      `Rondo runs on Linux with glibc and on macOS (x64, arm64), but this is ${reason}. On Windows, use WSL 2.`,
    );
}

function hasGlibc() {
  process.report.excludeNetwork = true;
  return process.report.getReport().header.glibcVersionRuntime !== undefined;
}

/** Two commands that install at the same time would remove each other's files. */
async function withInstallLock(work) {
  const lockFile = join(tmpdir(), `rondo-install-${sha256(root).slice(0, 16)}.pid`);
  let isWaiting = false;
  for (;;) {
    try {
      writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!isAlive(Number(readFileSync(lockFile, 'utf8')))) rmSync(lockFile, { force: true });
    else {
      if (!isWaiting) say('waiting for another command, which installs the dependencies…');
      isWaiting = true;
      await pause(200);
    }
  }
  process.on('exit', () => rmSync(lockFile, { force: true }));
  await work();
  rmSync(lockFile, { force: true });
}

function isAlive(pid) {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

async function install() {
  if (isInstalled()) return;
  say('installing dependencies (only once; this takes up to a minute)…');
  // Development tools join what is installed: a running Rondo needs its files.
  const command = isStamped(stamps.runtime) ? ['install', '--no-save'] : ['ci'];
  if (isRuntime) command.push('--omit=dev');
  const startNpm = () =>
    spawn('npm', [...command, '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      stdio: ['ignore', process.stderr, process.stderr],
    });
  const { code, signal } = await runToEnd(startNpm, (error) =>
    fail(
      error.code === 'ENOENT'
        ? 'npm is not on the PATH: install Node.js with npm, and run the same command again.'
        : `npm could not be started: ${error.message}`,
    ),
  );
  if (signal !== undefined)
    fail(
      'the installation was interrupted. Run the same command again to complete it.',
      128 + signalNumbers[signal],
    );
  if (code !== 0)
    fail(
      `npm ${command[0]} failed, for the reason above. The first start needs the npm registry once: check the network, then run the same command again.`,
    );
  if (!existsSync(node24))
    fail(
      'npm installed no Node 24: allow the install script of the package "node", and run the same command again.',
    );
  // The headers for compilers: 67 MB that nothing here uses.
  const platformPackage = `node-${process.platform}-${process.arch}`;
  rmSync(join(root, 'node_modules/node/node_modules', platformPackage, 'include'), {
    recursive: true,
    force: true,
  });
  writeFileSync(stampFile, isRuntime ? stamps.runtime : stamps.all);
}

/**
 * Starts a child, waits for its end, and passes signals on to it until then. The terminal sends Ctrl-C to the child as well.
 * @returns its exit code, and the first signal that this process got meanwhile
 */
function runToEnd(start, onError) {
  let child;
  let received;
  // Before the start: a signal that comes right after it would end this process and leave the child.
  const listeners = signals.map((signal) => {
    const listener = () => {
      received ??= signal;
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child?.kill(signal);
    };
    process.on(signal, listener);
    return [signal, listener];
  });
  child = start();
  return new Promise((resolve) => {
    child.on('error', onError);
    child.on('exit', (code, ownSignal) => {
      for (const [signal, listener] of listeners) process.off(signal, listener);
      resolve({ code: code ?? 128 + (signalNumbers[ownSignal] ?? 1), signal: received });
    });
  });
}

/**
 * A signal to npm ends npm and its shell, but doesn't reach this process: it only gets another parent. The program gets one
 * signal: a second one would cut its stop short.
 */
function stopWithNpm(child) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    child.kill('SIGTERM');
  }, 500).unref();
}

checkPlatform();
if (!isInstalled()) await withInstallLock(install);
// A larger young generation: short-lived events die in it instead of being copied out. With 16 MiB a creation takes a fifth more of
// the processor.
const flags = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=32'];
// Node keeps compiled code there, and doesn't strip types and compile again what hasn't changed.
const env = { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compiled'), ...process.env };
const startProgram = () => {
  const child = spawn(node24, [...flags, resolve(root, script), ...args], { stdio: 'inherit', env });
  stopWithNpm(child);
  return child;
};
const { code } = await runToEnd(startProgram, (error) => fail(`could not start Node 24: ${error.message}`));
process.exit(code);
