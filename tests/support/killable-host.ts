import type { TestContext } from 'node:test';
import { openIssuer } from '@rondo/gateway/issuer';
import { startHostProcess, type HostProcess } from './host-process.ts';
import { personAt, type Person } from './person.ts';
import { seededRandom } from './random.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** An embedded host that a test kills and starts again on the same data. */
export type KillableHost = {
  /** The running host. */
  current(): HostProcess;
  people: Person[];
  /** A generator of pseudo-random numbers in [0, 1), printed seed and all. Each `index` has its own sequence. */
  random(index: number): () => number;
  /** Ends the host with SIGKILL, and starts another one on its data. */
  killAndStart(): Promise<HostProcess>;
};

/** Starts a host on an empty data directory, with a person for each name. RONDO_SEED repeats the random numbers of a run. */
export async function openKillableHost(
  t: TestContext,
  names: string[],
  env: Record<string, string> = {},
): Promise<KillableHost> {
  const seed = Number(process.env['RONDO_SEED'] ?? Date.now() % 100_000);
  t.diagnostic(`RONDO_SEED=${seed}`);
  const dataDir = await temporaryDirectory(t);
  let host = await startHostProcess(dataDir, env);
  t.after(() => host.end('SIGKILL'));
  const issuer = await openIssuer(dataDir);
  const people = await Promise.all(
    names.map(async (name) => personAt(() => host.endpoints.url, name, await issuer.tokenFor(name))),
  );
  return {
    current: () => host,
    people,
    random: (index) => seededRandom(seed + index),
    async killAndStart() {
      await host.end('SIGKILL');
      host = await startHostProcess(dataDir, env);
      return host;
    },
  };
}
