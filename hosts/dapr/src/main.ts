/** `npm run engine`: Rondo on Kafka and Dapr, a process each, until Ctrl-C or `npm run engine:stop`. */
import { StartError } from '@rondo/host-common/start-error';
import { MigrationError } from '@rondo/postgres/migration-error';
import { AppError } from '@rondo/shared/errors';
import { untilSignal } from '@rondo/shared/until-signal';
import { parseEngineSettings } from './settings.ts';
import { startEngine } from './host.ts';

const began = performance.now();
const say = (line: string) => process.stdout.write(`${line}\n`);

try {
  const settings = parseEngineSettings(process.env);
  const stopped = untilSignal();
  const engine = await startEngine(settings, say);
  say(`Rondo is ready at ${engine.url} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  say(`  Kafka at ${engine.brokers}, a daprd beside each service`);
  for (const { name, url } of engine.pairs) say(`  ${name.padEnd(22)} ${url}/docs`);
  say(`  data in ${settings.data_dir}, logs in ${engine.log_directory}`);
  say('  stop: Ctrl-C, or npm run engine:stop');
  const died = engine.database_gone.then(() => 'PostgreSQL ended by itself' as const);
  const reason = await Promise.race([stopped, died]);
  if (reason) process.exitCode = 1;
  say(reason ? `${reason}; its last words are in ${engine.log_directory}. Stopping…` : 'Stopping…');
  await engine.stop();
  say('Stopped. Nothing is lost.');
} catch (error) {
  const isExpected =
    error instanceof StartError || error instanceof AppError || error instanceof MigrationError;
  process.stderr.write(
    `rondo: ${isExpected ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exitCode = 1;
}
