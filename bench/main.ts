/** `npm run bench [-- SCENARIO…]`: measures the machine's limit and the scenarios, prints a table, and writes `bench/results/TIME.json`. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openIssuer } from '@rondo/gateway/issuer';
import type { Readiness } from '@rondo/shared/contracts/health';
import { eventually } from '@rondo/shared/test/eventually';
import { isRealEngine, startHostProcess } from '../tests/support/host-process.ts';
import { audit } from './scenarios/audit.ts';
import { bulk } from './scenarios/bulk.ts';
import { create, sustained } from './scenarios/create.ts';
import { fairness } from './scenarios/fairness.ts';
import { growth } from './scenarios/growth.ts';
import { limit } from './scenarios/limit.ts';
import { live } from './scenarios/live.ts';
import { parse } from './scenarios/parse.ts';
import { preview } from './scenarios/preview.ts';
import { read } from './scenarios/read.ts';
import { relay, relayOfFew } from './scenarios/relay.ts';
import { reminders } from './scenarios/reminders.ts';
import { sockets } from './scenarios/sockets.ts';
import { start } from './scenarios/start.ts';
import { successor } from './scenarios/successor.ts';
import { describeMachine } from './support/machine.ts';
import { isMet, type Bench, type Figure, type Scenario } from './support/scenario.ts';

const engine = isRealEngine ? 'dapr' : 'embedded';

const scenarios = [
  limit,
  start,
  create,
  sustained,
  live,
  bulk,
  read,
  relay,
  relayOfFew,
  audit,
  sockets,
  parse,
  preview,
  successor,
  reminders,
  fairness,
];
/** What runs only if it is named: it takes minutes. */
const long = [growth];

async function timedStart(dataDir: string, env: Record<string, string> = {}) {
  const began = performance.now();
  const host = await startHostProcess(dataDir, env);
  return { host, readyMs: Math.round(performance.now() - began) };
}

async function measure(scenario: Scenario): Promise<Figure[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rondo-bench-'));
  const bench: Bench = {
    engine,
    ...(await timedStart(dataDir, scenario.env)),
    issuer: await openIssuer(dataDir),
    dataDir,
    async restart(meanwhile) {
      await bench.host.end('SIGTERM');
      await meanwhile?.();
      const started = await timedStart(dataDir, scenario.env);
      Object.assign(bench, started);
      return started;
    },
    async waitUntilPublished() {
      const ready = `${bench.host.endpoints.services['todo-service']}/health/ready`;
      await eventually(
        async () => {
          const { dependencies } = (await (await fetch(ready)).json()) as Readiness;
          return dependencies['relay']?.lag_events === 0;
        },
        { timeout_ms: 300_000, every_ms: 200 },
      );
    },
  };
  try {
    return await scenario.run(bench);
  } finally {
    await bench.host.end('SIGTERM');
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** @param limitPerSecond what the machine can do at most, as measured in this run */
function rowOf(figure: Figure, limitPerSecond: number): string {
  const { name, value, unit, target, note = '' } = figure;
  const share = unit.endsWith('/s') ? `${Math.round((100 * value) / limitPerSecond)} %` : '–';
  const wanted = target ? ('at_least' in target ? `≥ ${target.at_least}` : `≤ ${target.at_most}`) : '–';
  const verdict = { true: 'met', false: 'MISSED', undefined: '–' }[
    String(isMet(figure)) as 'true' | 'false' | 'undefined'
  ];
  return `| ${name} | ${value} ${unit} | ${share} | ${wanted} | ${verdict} | ${note} |`;
}

const wanted = process.argv.slice(2);
const known = [...scenarios, ...long];
const unknown = wanted.find((name) => !known.some((scenario) => scenario.name === name));
if (unknown !== undefined)
  throw new Error(`There is no scenario ${unknown}, only ${known.map(({ name }) => name).join(', ')}.`);
const chosen = wanted.length === 0 ? scenarios : known.filter(({ name }) => wanted.includes(name));
const machine: Record<string, string | number> = { engine, ...describeMachine() };
const figures: Figure[] = [];
console.log(
  `${Object.entries(machine)
    .map(([key, value]) => `${key}: ${value}`)
    .join(', ')}\n`,
);
console.log('| what | measured | of the limit | target | | how |\n|---|---|---|---|---|---|');
let limitPerSecond = 0;
for (const scenario of new Set([limit, ...chosen])) {
  for (const figure of await measure(scenario)) {
    if (scenario === limit) limitPerSecond = figure.value;
    figures.push(figure);
    console.log(rowOf(figure, limitPerSecond));
  }
}
await mkdir('bench/results', { recursive: true });
const file = `bench/results/${String(machine['at']).replaceAll(':', '-')}.json`;
await writeFile(file, `${JSON.stringify({ machine, figures }, undefined, 2)}\n`);
console.log(`\n${file}`);
