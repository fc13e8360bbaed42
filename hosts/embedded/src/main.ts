/** `npm start`: the whole of Rondo in one process, until Ctrl-C. */
import { MigrationError } from '@rondo/postgres/migration-error';
import { AppError } from '@rondo/shared/errors';
import { untilSignal } from '@rondo/shared/until-signal';
import { startHost, type RunningHost } from './host.ts';
import { parseHostSettings } from '@rondo/host-common/settings';
import { StartError } from '@rondo/host-common/start-error';

const began = performance.now();
const say = (line: string) => process.stdout.write(`${line}\n`);

function describe({ url, services, log_file: logFile, recovered }: RunningHost, dataDir: string): void {
  if (recovered)
    say('The last run was cut off. PostgreSQL has recovered; what was not published yet is being published.');
  say(`Rondo is ready at ${url} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  for (const service of services) say(`  ${service.name.padEnd(22)} ${service.url}/docs`);
  say(`  data in ${dataDir}, logs in ${logFile}`);
  say('  a token: npm run --silent token      stop: Ctrl-C');
}

try {
  const settings = parseHostSettings(process.env);
  const stopped = untilSignal();
  const host = await startHost(settings);
  describe(host, settings.data_dir);
  const died = host.database_gone.then(() => 'PostgreSQL ended by itself' as const);
  const reason = await Promise.race([stopped, died]);
  if (reason) process.exitCode = 1;
  say(reason ? `${reason}; its last words are in ${host.log_file}. Stopping…` : 'Stopping…');
  await host.stop();
  say('Stopped. Nothing is lost.');
} catch (error) {
  const isExpected =
    error instanceof StartError || error instanceof AppError || error instanceof MigrationError;
  process.stderr.write(
    `rondo: ${isExpected ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exitCode = 1;
}
