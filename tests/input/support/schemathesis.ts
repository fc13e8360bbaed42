import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../clients/support/tools.ts';
import type { TriedService } from './services.ts';

const root = join(import.meta.dirname, '../../..');
const contracts = join(root, 'specs/002-microservices-dapr-kafka/contracts');
const tools = join(root, 'tests/input/tools');
const requirements = join(tools, 'requirements.txt');
const environment = join(tools, 'node_modules/.python');

/** No 5xx, and no answer that the document doesn't describe: its status, its media type, its shape. */
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
];
/** What is made of the document's examples and bounds, which is the same with each seed, and what is made at random. */
const firstPhases = 'examples,coverage,fuzzing';
const laterPhases = 'fuzzing';
/** Of one operation in one run: a run takes seconds to begin, and what it has tried counts only when it ends. */
const maxExamples = { first: 20, later: 500 };
/** For one run. What was tried until then counts. */
const timeoutMs = 900_000;
/** How many runs there are at a time. One uses one processor, and waits for answers for much of its time. */
const processes = 6;

type Run = { cases: number; failure: string | undefined };

/** Installs schemathesis into an environment of its own, once. @returns its command; undefined if PyPI can't be reached */
function installSchemathesis(): string | undefined {
  const command = join(environment, 'bin', 'schemathesis');
  if (existsSync(command)) return command;
  if (run('python3', ['-m', 'venv', environment]).status !== 0) return undefined;
  const installed = run(join(environment, 'bin', 'pip'), ['install', '-q', '-r', requirements]);
  return installed.status === 0 ? command : undefined;
}

/**
 * Tries each service with cases that schemathesis makes of its OpenAPI document, with one seed after the other until
 * there were at least `cases` in all.
 * @returns its reports of the services that failed a check
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
  const perOperation = Math.ceil(cases / operations);
  let tried = 0;
  let started = 0;
  const failures: string[] = [];
  async function tryInTurn(): Promise<void> {
    while (tried < cases && failures.length === 0) {
      const service = services[started % services.length];
      const turn = Math.floor(started / services.length);
      const ownSeed = seed + turn;
      started += 1;
      if (!service) return;
      const { cases: made, failure } = await tryService(command ?? '', service, {
        phases: turn === 0 ? firstPhases : laterPhases,
        examples: Math.min(turn === 0 ? maxExamples.first : maxExamples.later, perOperation),
        seed: ownSeed,
      });
      tried += made;
      process.stdout.write(
        `fuzz: schemathesis on ${service.name} with seed ${ownSeed}: ${made} cases, ${tried} in all\n`,
      );
      if (failure !== undefined) failures.push(failure);
    }
  }
  await Promise.all(Array.from({ length: processes }, () => tryInTurn()));
  return failures;
}

async function tryService(
  command: string,
  { name, service, person }: TriedService,
  { phases, examples, seed }: { phases: string; examples: number; seed: number },
): Promise<Run> {
  const { token } = await person(['operator']);
  const options = {
    '--url': service.url,
    '--header': `Authorization: Bearer ${token}`,
    '--checks': checks.join(','),
    '--phases': phases,
    '--max-examples': String(examples),
    '--seed': String(seed),
    '--exclude-path-regex': '^/health',
    '--generation-database': 'none',
  };
  const { code, output } = await execute(command, [
    'run',
    join(contracts, `${name}-api.yaml`),
    ...Object.entries(options).flat(),
    '--no-shrink',
    '--no-color',
  ]);
  const cases = Number(/([\d,]+) generated/.exec(output)?.[1]?.replaceAll(',', '') ?? 0);
  const wasCutOff = code === null || code === 130;
  const failed = /FAILURES|ERRORS|Server error/.test(output) || (code !== 0 && !wasCutOff);
  return {
    cases,
    failure: failed ? `schemathesis on ${name} ended with ${code}:\n${output.slice(-8_000)}` : undefined,
  };
}

/** Not synchronously: the services run in this process. */
async function execute(command: string, args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PYTHONPATH: tools, PYTHONDONTWRITEBYTECODE: '1', SCHEMATHESIS_HOOKS: 'hooks' },
    timeout: timeoutMs,
    killSignal: 'SIGINT',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}
