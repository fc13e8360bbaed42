/** The front door as a process of its own, as it is in a cluster; `npm start` has it inside its host. */
import { createLog } from '@rondo/shared/runtime/log';
import { untilSignal } from '@rondo/shared/runtime/until-signal';
import { parseIdentityDirectory, parseFrontDoorSettings } from './config.ts';
import { startFrontDoor } from './front-door.ts';
import { openIssuerIn } from './issuer.ts';

try {
  const { log_level: logLevel, ...settings } = parseFrontDoorSettings(process.env);
  const log = createLog('front-door', logLevel);
  const stopped = untilSignal();
  const { jwks } = await openIssuerIn(parseIdentityDirectory(process.env));
  await using frontDoor = await startFrontDoor({ ...settings, jwks });
  log.info({ url: frontDoor.url }, 'service started');
  await stopped;
  log.info('service stops');
} catch (error) {
  process.stderr.write(`front-door: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
