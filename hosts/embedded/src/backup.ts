/** `npm run backup -- FILE`: saves an installation in one file. The host may run. */
import { makeBackup } from './backup/make-backup.ts';
import { runOnFile } from './backup/run-on-file.ts';

const usage = `
npm run backup -- FILE

Saves the data and keys of RONDO_DATA_DIR (.rondo) in one file. Rondo may run meanwhile.
`;

await runOnFile({ usage, env: process.env, args: process.argv.slice(2) }, async ({ dataDir, file }) => {
  const bytes = await makeBackup(dataDir, file);
  return `${file}: ${(bytes / 1024 / 1024).toFixed(1)} MiB from ${dataDir}. It contains private keys: keep it as safe as those.`;
});
