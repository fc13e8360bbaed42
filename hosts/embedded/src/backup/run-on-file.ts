import { resolve } from 'node:path';
import type { Environment } from '@rondo/shared/config';
import { runCommand, UsageError } from '@rondo/host-common/command';
import { printable } from '@rondo/host-common/printable';
import { parseHostSettings } from '@rondo/host-common/settings';
import { StartError } from '@rondo/host-common/start-error';

/** Runs a command that takes one file, on the configured data directory, and prints what `work` returns. */
export async function runOnFile(
  { usage, env, args }: { usage: string; env: Environment; args: string[] },
  work: (paths: { dataDir: string; file: string }) => Promise<string>,
): Promise<void> {
  await runCommand({ usage, args, accepts: { allowPositionals: true } }, async ({ positionals }) => {
    const [name, ...more] = positionals;
    if (name === undefined || more.length > 0)
      throw new UsageError(`exactly one file is needed: ${usage.trim().split('\n')[0]}`);
    const settings = parseHostSettings(env);
    if (settings.databaseUrl !== undefined)
      throw new StartError(
        'DATABASE_URL is set. Back up your own PostgreSQL with pg_dump: docs/backup.md shows how.',
      );
    const done = await work({ dataDir: settings.dataDir, file: resolve(name) });
    process.stdout.write(`${printable(done)}\n`);
  });
}
