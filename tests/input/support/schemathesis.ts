import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../clients/support/tools.ts';
import type { TriedService } from './services.ts';

const root = join(import.meta.dirname, '../../..');
const contracts = join(root, 'specs/002-microservices-dapr-kafka/contracts');
const requirements = join(root, 'tests/input/tools/requirements.txt');
/** For each service. What was tried until then counts. */
const timeoutMs = 120_000;
const environment = join(root, 'tests/input/tools/node_modules/.python');

/** Installs schemathesis into an environment of its own, once. @returns its command; undefined if PyPI can't be reached */
function installSchemathesis(): string | undefined {
  const command = join(environment, 'bin', 'schemathesis');
  if (existsSync(command)) return command;
  if (run('python3', ['-m', 'venv', environment]).status !== 0) return undefined;
  const installed = run(join(environment, 'bin', 'pip'), ['install', '-q', '-r', requirements]);
  return installed.status === 0 ? command : undefined;
}

/**
 * Tries each service with cases that schemathesis makes of its OpenAPI document, about `cases` in all.
 * @returns its reports of the services that answered 5xx
 */
export async function runSchemathesis(
  services: TriedService[],
  { cases, seed }: { cases: number; seed: number },
): Promise<string[]> {
  const command = installSchemathesis();
  if (command === undefined) {
    process.stdout.write('fuzz: schemathesis is not tried: it could not be installed from PyPI\n');
    return [];
  }
  const operations = services.reduce((sum, { routes }) => sum + routes.length, 0);
  const perOperation = String(Math.max(1, Math.ceil(cases / operations)));
  const failures: string[] = [];
  for (const { name, service, person } of services) {
    const { token } = await person(['operator']);
    const options = {
      '--url': service.url,
      '--header': `Authorization: Bearer ${token}`,
      '--checks': 'not_a_server_error',
      '--phases': 'examples,coverage,fuzzing',
      '--max-examples': perOperation,
      '--seed': String(seed),
      '--exclude-path-regex': '^/health',
    };
    const { code, output } = await execute(command, [
      'run',
      join(contracts, `${name}-api.yaml`),
      ...Object.entries(options).flat(),
      '--no-color',
    ]);
    process.stdout.write(
      `fuzz: schemathesis on ${name}: ${/\d+ generated/.exec(output)?.[0] ?? 'no'} cases\n`,
    );
    const hasServerError = /Server error/i.test(output);
    if (hasServerError || (code !== 0 && code !== null && code !== 130))
      failures.push(`schemathesis on ${name} ended with ${code}:\n${output.slice(-4_000)}`);
  }
  return failures;
}

/** Not synchronously: the services run in this process. */
async function execute(command: string, args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGINT',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}
