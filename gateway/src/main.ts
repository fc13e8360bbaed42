/** Runs the gateway as a process of its own, as in a cluster. `npm start` runs it inside its host. */
import { createLog } from '@rondo/shared/observability/log';
import { untilSignal } from '@rondo/shared/until-signal';
import { parseGatewaySettings } from './config.ts';
import { startGateway } from './gateway.ts';
import { readPublicKeys } from './public-keys.ts';

try {
  const { logLevel, jwksFile, ...settings } = parseGatewaySettings(process.env);
  const log = createLog('gateway', logLevel);
  const stopped = untilSignal();
  const jwks = await readPublicKeys(jwksFile);
  await using gateway = await startGateway({ ...settings, jwks });
  log.info({ url: gateway.url }, 'service started');
  await stopped;
  log.info('service stops');
} catch (error) {
  process.stderr.write(`gateway: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
