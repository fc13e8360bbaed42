/** `npm run restore -- FILE`: restores a backup into an empty data directory. */
import { restoreBackup } from './backup/restore-backup.ts';
import { runOnFile } from './backup/run-on-file.ts';

const usage = `
npm run restore -- FILE

Restores a backup into RONDO_DATA_DIR (.rondo), which must not contain data.
`;

await runOnFile({ usage, env: process.env, args: process.argv.slice(2) }, async ({ dataDir, file }) => {
  const createdAt = await restoreBackup(dataDir, file);
  return `${dataDir} has the data of ${file}, as of ${createdAt}. Run npm start.`;
});
