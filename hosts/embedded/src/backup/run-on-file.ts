import { resolve } from 'node:path';
import type { Environment } from '@rondo/shared/config';
import { AppError } from '@rondo/shared/errors';
import { parseHostSettings } from '@rondo/host-common/settings';
import { StartError } from '@rondo/host-common/start-error';

/**
 * Runs a command whose one argument is a file, on the data directory of the environment. Prints what the work answers, or
 * the one line of its error.
 */
export async function runOnFile(
  { command, env, args }: { command: string; env: Environment; args: string[] },
  work: (paths: { data_dir: string; file: string }) => Promise<string>,
): Promise<void> {
  try {
    const [name, ...more] = args;
    if (name === undefined || more.length > 0)
      throw new StartError(`name one file: npm run ${command} -- FILE`);
    const settings = parseHostSettings(env);
    if (settings.database_url !== undefined)
      throw new StartError(
        'DATABASE_URL is set, and that PostgreSQL has tools of its own: docs/backup.md says how to use pg_dump.',
      );
    process.stdout.write(`${await work({ data_dir: settings.data_dir, file: resolve(name) })}\n`);
  } catch (error) {
    const isExpected = error instanceof StartError || error instanceof AppError;
    process.stderr.write(
      `rondo: ${isExpected ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
    );
    process.exitCode = 1;
  }
}
