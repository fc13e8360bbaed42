import { resolve } from 'node:path';
import { migrate } from '@rondo/postgres/migrations';

/** The schema of the emulator's tables. */
export const emulatorSchema = 'dapr_embedded';

/** Creates the tables of an emulator, or brings them up to date. */
export async function migrateEmulator(databaseUrl: string): Promise<void> {
  const directory = resolve(import.meta.dirname, '../migrations');
  await migrate(databaseUrl, { schema: emulatorSchema, directory });
}
