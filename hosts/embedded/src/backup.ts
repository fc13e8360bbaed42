/** `npm run backup -- FILE`: everything that an installation keeps, in one file. The host may run. */
import { makeBackup } from './backup/make-backup.ts';
import { runOnFile } from './backup/run-on-file.ts';

await runOnFile(
  { command: 'backup', env: process.env, args: process.argv.slice(2) },
  async ({ data_dir: dataDir, file }) => {
    const bytes = await makeBackup(dataDir, file);
    return `${file}: ${(bytes / 1024 / 1024).toFixed(1)} MiB of ${dataDir}. It holds private keys: keep it as you keep those.`;
  },
);
