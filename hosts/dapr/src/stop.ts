/** `npm run engine:stop`: stops the engine of the data directory, and whatever a killed one left running. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { identityOf } from '@rondo/host-common/process-identity';
import { endLeftBehind } from './processes/left-behind.ts';
import { parseEngineSettings } from './settings.ts';

const { data_dir: dataDir } = parseEngineSettings(process.env);
const lock = await readFile(join(dataDir, 'host.lock'), 'utf8').catch(() => undefined);
if (lock !== undefined) {
  const { pid, identity } = JSON.parse(lock) as { pid: number; identity: string };
  const isRunning = async () => (await identityOf(pid)) === identity;
  if (await isRunning()) {
    process.kill(pid, 'SIGTERM');
    while (await isRunning()) await pause(50);
  }
}
await endLeftBehind(join(dataDir, 'logs'));
process.stdout.write(`Nothing of ${dataDir} runs.\n`);
