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

/** The paths of the commands, or the reason why they are missing. */
export type Tools = { bin: string } | { missing: string };

/** Installs the npm packages of tests/clients/tools, once. */
export function installNpmTools(): Tools {
  const bin = join(toolsDirectory, 'node_modules', '.bin');
  if (existsSync(join(bin, 'openapi-ts'))) return { bin };
  const installed = run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], toolsDirectory);
  return installed.status === 0 ? { bin } : { missing: `npm could not install them: ${installed.output}` };
}

/** Installs the Python packages of tests/clients/tools into an environment of their own, once. */
export function installPythonTools(): Tools {
  const environment = join(toolsDirectory, 'node_modules', '.python');
  const bin = join(environment, 'bin');
  const requirements = join(toolsDirectory, 'requirements.txt');
  const stamp = join(environment, createHash('sha256').update(readFileSync(requirements)).digest('hex'));
  if (existsSync(stamp)) return { bin };
  if (run('python3', ['-m', 'venv', environment]).status !== 0)
    return { missing: 'there is no python3 with venv' };
  const installed = run(join(bin, 'pip'), ['install', '-q', '-r', requirements]);
  if (installed.status !== 0) return { missing: `pip could not install them: ${installed.output}` };
  writeFileSync(stamp, '');
  return { bin };
}
