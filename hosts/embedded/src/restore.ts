/** `npm run restore -- FILE`: puts a backup into a data directory that holds nothing yet. */
import { restoreBackup } from './backup/restore-backup.ts';
import { runOnFile } from './backup/run-on-file.ts';

await runOnFile(
  { command: 'restore', env: process.env, args: process.argv.slice(2) },
  async ({ data_dir: dataDir, file }) => {
    const createdAt = await restoreBackup(dataDir, file);
    return `${dataDir} is as it was when ${file} was made (${createdAt}): npm start`;
  },
);
