/** The front door as a process of its own, as it is in a cluster; `npm start` has it inside its host. */
import { createLog } from '@rondo/shared/runtime/log';
import { untilSignal } from '@rondo/shared/runtime/until-signal';
import { parseDataDirectory, parseFrontDoorSettings } from './config.ts';
import { startFrontDoor } from './front-door.ts';
import { openIssuer } from './issuer.ts';

try {
  const { services, host, port, log_level: logLevel } = parseFrontDoorSettings(process.env);
  const log = createLog('front-door', logLevel);
  const stopped = untilSignal();
  const { jwks } = await openIssuer(parseDataDirectory(process.env));
  await using frontDoor = await startFrontDoor({ host, port, jwks, services });
  log.info({ url: frontDoor.url }, 'service started');
  await stopped;
  log.info('service stops');
} catch (error) {
  process.stderr.write(`front-door: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
