/** `npm start`: runs all of Rondo in one process, until Ctrl-C. */
import { runCommand } from '@rondo/host-common/command';
import { runHost } from '@rondo/host-common/run-host';
import { parseHostSettings } from '@rondo/host-common/settings';
import { settingsUsage } from '@rondo/host-common/usage';
import { startEmbeddedHost } from './host.ts';

const usage = `
npm start

Runs all of Rondo in one process, with its own PostgreSQL, until Ctrl-C. Data is in .rondo.

${settingsUsage}
`;

await runCommand({ usage, args: process.argv.slice(2) }, async () => {
  const settings = parseHostSettings(process.env);
  await runHost(
    settings.dataDir,
    (say) => startEmbeddedHost(settings, say),
    ({ url, logs, recovered }, seconds) => [
      ...(recovered
        ? ['The last run was cut off. PostgreSQL has recovered, and unpublished events are being published.']
        : []),
      `Rondo is ready at ${url} (${seconds} s)`,
      `  API documentation    ${url}/docs`,
      `  access token         npm run --silent token`,
      `  data                 ${settings.dataDir}`,
      `  log                  ${logs}`,
      `  stop                 Ctrl-C`,
    ],
  );
});
