import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

const root = join(import.meta.dirname, '../../..');
const contracts = join(root, 'specs/002-microservices-dapr-kafka/contracts');

export const apiDocument = join(contracts, 'rondo-api.yaml');
export const eventsDocument = join(contracts, 'rondo-events.asyncapi.yaml');
export const toolsDirectory = join(import.meta.dirname, '../tools');

export function run(command: string, args: string[], cwd = root): { status: number | null; output: string } {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { status, output: `${stdout ?? ''}${stderr ?? ''}${error ? String(error) : ''}` };
}

export function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'rondo-client-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** The directory of the commands, or the reason why they are missing. */
export type Tools = { bin: string } | { missing: string };

const packages = join(toolsDirectory, 'node_modules');
/** Below `node_modules`, so that nothing but Python reads it. `npm ci` removes it with the rest. */
const environment = join(packages, '.python');

function stampOf(directory: string, source: string): string {
  const hash = createHash('sha256').update(readFileSync(join(toolsDirectory, source)));
  return join(directory, `.installed-${hash.digest('hex')}`);
}

const npmStamp = () => stampOf(packages, 'package-lock.json');
const pythonStamp = () => stampOf(environment, 'requirements.txt');
const notInstalled = 'they are not installed: `npm run test:clients` installs them';

/** The npm packages of tests/clients/tools. */
export function npmTools(): Tools {
  return existsSync(npmStamp()) ? { bin: join(packages, '.bin') } : { missing: notInstalled };
}

/** The Python packages of tests/clients/tools, in an environment of their own. */
export function pythonTools(): Tools {
  return existsSync(pythonStamp()) ? { bin: join(environment, 'bin') } : { missing: notInstalled };
}

/**
 * Installs what is missing of both. One process does it before the tests: `npm ci` removes what it finds, and test files
 * run side by side.
 *
 * @throws when npm or pip can't install them. Without a Python that has venv, its tests say so and are skipped.
 */
export function installTools(): void {
  if (!existsSync(npmStamp())) {
    must('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], toolsDirectory);
    writeFileSync(npmStamp(), '');
  }
  if (existsSync(pythonStamp())) return;
  const made = run('python3', ['-m', 'venv', '--clear', environment]);
  if (made.status !== 0) {
    process.stderr.write(`rondo: no Python tools, there is no python3 with venv: ${made.output}\n`);
    return;
  }
  must(join(environment, 'bin', 'pip'), ['install', '-q', '-r', join(toolsDirectory, 'requirements.txt')]);
  writeFileSync(pythonStamp(), '');
}

function must(command: string, args: string[], cwd?: string): void {
  const { status, output } = run(command, args, cwd);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${output}`);
}
