/** `npm run engine:stop`: stops the host of the data directory, and programs that a killed host left running. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { runCommand } from '@rondo/host-common/command';
import { describeProcess, findLock, isVisible, placeOf, stateOf } from '@rondo/host-common/lock-holder';
import { identityOf } from '@rondo/host-common/process-identity';
import { StartError } from '@rondo/host-common/start-error';
import { endLeftBehind } from './processes/left-behind.ts';
import { parseEngineSettings } from './settings.ts';

const usage = `
npm run engine:stop

Stops the Rondo that npm run engine started on RONDO_DATA_DIR (.rondo/dapr), and all programs that it left running.
`;

await runCommand({ usage, args: process.argv.slice(2) }, async () => {
  const { dataDir } = parseEngineSettings(process.env);
  await stopHolder(dataDir);
  await endLeftBehind(join(dataDir, 'logs'));
});

/** @throws StartError if it runs where it can't be seen, such as in another container */
async function stopHolder(dataDir: string): Promise<void> {
  const path = join(dataDir, 'host.lock');
  const found = await findLock(path);
  if (!found?.holder) return;
  const { holder } = found;
  const place = await placeOf(path);
  if ((await stateOf(found, place)) === 'ended') return;
  const { pid, identity } = holder;
  if (!isVisible(holder, place))
    throw new StartError(`${dataDir} is in use by ${describeProcess(pid, holder, place)}: stop it there.`);
  const isRunning = async () => (await identityOf(pid)) === identity;
  if (await isRunning()) process.kill(pid, 'SIGTERM');
  while (await isRunning()) await pause(50);
}
