import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { loopback } from './service-environment.ts';
import type { HostSettings } from './settings.ts';
import { StartError } from './start-error.ts';

/** How many taken ports an error names. */
const maxNamed = 4;

/** A port that a host will listen on, its purpose, and the variable that changes it. */
export type PlannedPort = { port: number; purpose: string; variable: string };

/** The ports that every host needs. 0 picks a free port. */
export function plannedPorts(settings: HostSettings): PlannedPort[] {
  const ofServices = settings.services.flatMap(({ name, ports }) => [
    { port: ports.http, purpose: name },
    { port: ports.sidecar, purpose: `sidecar of ${name}` },
    { port: ports.metrics, purpose: `metrics of ${name}` },
  ]);
  return [
    ...[{ port: settings.port, purpose: 'gateway' }, ...ofServices].map((port) => ({
      ...port,
      variable: 'RONDO_PORT',
    })),
    ...postgresPort(settings),
  ];
}

/** After a crash, the old server may use the port until the next start stops it. */
function postgresPort({ dataDir, databaseUrl: given, postgresPort: port }: HostSettings) {
  const mayStillRun = existsSync(join(dataDir, 'postgres', 'postmaster.pid'));
  if (given !== undefined || mayStillRun) return [];
  return [{ port, purpose: 'PostgreSQL', variable: 'RONDO_POSTGRES_PORT' }];
}

/**
 * Checks that all ports are free. Call it before anything is started: a program that finds its port in use reports it late,
 * and reports only its own.
 * @throws StartError that names each port that is taken, its purpose, and the variable that changes it
 */
export async function checkPorts(planned: PlannedPort[]): Promise<void> {
  const taken: (PlannedPort & { code: string })[] = [];
  const purposes = new Map<number, string>();
  for (const plan of planned.filter(({ port }) => port !== 0)) {
    const { port, purpose } = plan;
    if (purposes.has(port))
      throw new StartError(`Port ${port} is set for two things: ${purposes.get(port)} and ${purpose}.`);
    purposes.set(port, purpose);
    const code = await listenError(port);
    if (code !== undefined) taken.push({ ...plan, code });
  }
  if (taken.length === 0) return;
  const named = taken.slice(0, maxNamed).map(({ port, purpose }) => `${port} (${purpose})`);
  const list = [...named, ...(taken.length > maxNamed ? [`${taken.length - maxNamed} more`] : [])].join(', ');
  const remedy = `set ${[...new Set(taken.map(({ variable }) => remedyOf(variable)))].join(', and ')}`;
  if (taken.every(({ code }) => code === 'EACCES'))
    throw new StartError(`This user may not listen on port ${list}: ${remedy} above 1023.`);
  throw new StartError(
    taken.length === 1
      ? `Port ${list} is in use: stop the program that listens there, or ${remedy}.`
      : `Ports ${list} are in use: stop the programs that listen there, or ${remedy}.`,
  );
}

const remedyOf = (variable: string) =>
  variable === 'RONDO_PORT'
    ? 'RONDO_PORT to another port, which moves all of them'
    : `${variable} to another port`;

function listenError(port: number): Promise<string | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', (error) => resolve('code' in error ? String(error.code) : error.message));
    server.listen(port, loopback, () => server.close(() => resolve(undefined)));
  });
}
