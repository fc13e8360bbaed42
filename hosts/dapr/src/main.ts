/** `npm run engine`: runs Rondo on Kafka and Dapr, one process each, until Ctrl-C or `npm run engine:stop`. */
import { runCommand } from '@rondo/host-common/command';
import { runHost } from '@rondo/host-common/run-host';
import { settingsUsage } from '@rondo/host-common/usage';
import { startDaprHost } from './host.ts';
import { parseEngineSettings } from './settings.ts';

const usage = `
npm run engine

Runs Rondo on Kafka and Dapr, one process each, until Ctrl-C or npm run engine:stop. The data is in .rondo/dapr.
The first start downloads Kafka, and downloads or builds daprd. It needs Java 17, Maven and Go.

${settingsUsage}
  RONDO_KAFKA_PORT  port of Kafka (9092); it moves with RONDO_PORT
  KAFKA_PARTITIONS  partitions of each topic (6 at the first start); a higher number adds some
  RONDO_CACHE_DIR   directory for Kafka and daprd (~/.cache/rondo)
`;

await runCommand({ usage, args: process.argv.slice(2) }, async () => {
  const settings = parseEngineSettings(process.env);
  await runHost(
    settings.dataDir,
    (say) => startDaprHost(settings, say),
    ({ url, kafkaAddress: { brokers }, logs }, seconds) => [
      `Rondo is ready at ${url} (${seconds} s)`,
      `  API documentation    ${url}/docs`,
      `  access token         RONDO_DATA_DIR=${settings.dataDir} npm run --silent token`,
      `  Kafka                ${brokers}`,
      `  data                 ${settings.dataDir}`,
      `  logs                 ${logs}`,
      `  stop                 Ctrl-C, or npm run engine:stop`,
    ],
  );
});
