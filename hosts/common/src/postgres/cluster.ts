import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, lchown, open, readdir, readFile, rename, rm, stat, writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { diskFull, saysDiskIsFull, StartError } from '../start-error.ts';
import { postgresMajorVersion } from './binaries.ts';
import { commandOf, type Launcher } from './launcher.ts';

const run = promisify(execFile);

/** Exists in a data directory while a backup is restored into it. */
export const restoringName = 'restoring';

export type Cluster = { directory: string; password: string };

export type ClusterOptions = { dataDir: string; launcher: Launcher; initdb: string; isDurable: boolean };

/**
 * Opens the cluster `{dataDir}/postgres`. The first start creates it, with one superuser `rondo` whose random password is
 * in `{dataDir}/postgres.password`. An interrupted first start leaves no cluster; the next start creates it again.
 * @throws StartError if the cluster has another major version, its password is missing or empty, or initdb fails
 */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const { dataDir, launcher } = options;
  const directory = join(dataDir, 'postgres');
  if (existsSync(join(dataDir, restoringName)))
    throw new StartError(
      `A restore into ${dataDir} was interrupted: run it again, or remove that directory to start from scratch.`,
    );
  const passwordFile = join(dataDir, 'postgres.password');
  const version = await readText(join(directory, 'PG_VERSION'));
  if (version !== undefined && Number(version) !== postgresMajorVersion) {
    throw new StartError(
      `${directory} was made by PostgreSQL ${version.trim()}, but this Rondo contains PostgreSQL ${postgresMajorVersion}: start the version of Rondo that made it, or set RONDO_DATA_DIR to another directory.`,
    );
  }
  if (version === undefined && (await readdir(directory).catch(() => [])).length > 0) {
    throw new StartError(
      `${directory} is not a complete database (it has no PG_VERSION): restore a backup, or remove it to start with an empty one.`,
    );
  }
  const kept = await readText(passwordFile);
  const password = kept?.trim() ? kept : await createPassword(passwordFile, version !== undefined);
  // Only the owner may run a server on a cluster, and the user that PostgreSQL runs as may have changed since the last start.
  const owner = launcher.user ?? (process.getuid?.() === 0 ? { uid: 0, gid: 0 } : undefined);
  if (owner) await chown(passwordFile, owner.uid, owner.gid);
  if (version === undefined) await createCluster(options, directory, passwordFile);
  else if (owner) await giveTo(owner, directory);
  return { directory, password };
}

async function createPassword(file: string, isLate: boolean): Promise<string> {
  if (isLate) {
    throw new StartError(
      `${file} is missing or empty, and the database next to it can't be opened without it: restore it from a backup.`,
    );
  }
  const password = randomBytes(24).toString('base64url');
  await writeFile(file, password, { mode: 0o600, flush: true });
  return password;
}

async function createCluster(
  { dataDir, launcher, initdb, isDurable }: ClusterOptions,
  directory: string,
  passwordFile: string,
) {
  const draft = `${directory}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  if (launcher.user) await chown(draft, launcher.user.uid, launcher.user.gid);
  const args = [
    `--pgdata=${draft}`,
    '--username=rondo',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // The same sort order on all platforms.
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--no-instructions',
  ];
  // Full text search uses the C library to recognise letters, and only Linux always has C.UTF-8.
  if (process.platform === 'linux') args.push('--lc-ctype=C.UTF-8');
  if (!isDurable) args.push('--no-sync');
  try {
    await run(...commandOf(launcher, initdb, args), { ...launcher.user, cwd: dataDir });
  } catch (error) {
    throw initdbError(error, dataDir);
  }
  await rename(draft, directory);
  await syncDirectory(dataDir);
}

function initdbError(error: unknown, dataDir: string): StartError {
  const output = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
  if (saysDiskIsFull(output)) return diskFull(dataDir, error);
  const reason =
    /(?:(?:error|FATAL): +|^initdb: (?!error|warning))(.*)/m.exec(output)?.[1] ??
    (error instanceof Error ? error.message.split('\n')[0] : '');
  return new StartError(
    `PostgreSQL could not set up ${dataDir}: ${reason}. Set DATABASE_URL to use your own PostgreSQL.`,
    { cause: error },
  );
}

/** Flushes the new name to disk, so that it survives a power cut. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function giveTo({ uid, gid }: { uid: number; gid: number }, directory: string): Promise<void> {
  if ((await stat(directory)).uid === uid) return;
  const names = await readdir(directory, { recursive: true });
  for (const name of names) await lchown(join(directory, name), uid, gid);
  // Last: for the next start, this file means that the cluster is complete.
  await lchown(directory, uid, gid);
}

const readText = async (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
