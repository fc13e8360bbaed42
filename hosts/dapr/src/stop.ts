/** `npm run engine:stop`: stops the host of the data directory, and programs that a killed host left running. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { runCommand } from '@rondo/host-common/command';
import { identityOf } from '@rondo/host-common/process-identity';
import { endLeftBehind } from './processes/left-behind.ts';
import { parseEngineSettings } from './settings.ts';

const usage = `
npm run engine:stop

Stops the Rondo that npm run engine started on RONDO_DATA_DIR (.rondo/dapr), and all programs that it left running.
`;

await runCommand({ usage, args: process.argv.slice(2) }, async () => {
  const { dataDir } = parseEngineSettings(process.env);
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
});
