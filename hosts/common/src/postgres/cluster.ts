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

/** Is there in a data directory while a backup is put into it. */
export const restoringName = 'restoring';

export type Cluster = { directory: string; password: string };

export type ClusterOptions = { dataDir: string; launcher: Launcher; initdb: string; isDurable: boolean };

/**
 * The cluster `{dataDir}/postgres`, made on the first start with one superuser `rondo` whose random password is in
 * `{dataDir}/postgres.password`. A start that was cut off half-way leaves none, and the next one begins anew.
 * @throws StartError when it was made by another major version, its password is gone, or initdb fails
 */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const { dataDir, launcher } = options;
  const directory = join(dataDir, 'postgres');
  if (existsSync(join(dataDir, restoringName)))
    throw new StartError(
      `A restore into ${dataDir} was cut off: run it again, or remove that directory to begin with nothing.`,
    );
  const passwordFile = join(dataDir, 'postgres.password');
  const version = await readText(join(directory, 'PG_VERSION'));
  if (version !== undefined && Number(version) !== postgresMajorVersion) {
    throw new StartError(
      `${directory} was made by PostgreSQL ${version.trim()}, but this Rondo brings ${postgresMajorVersion}: start the Rondo that made it, or set RONDO_DATA_DIR to another directory.`,
    );
  }
  if (version === undefined && (await readdir(directory).catch(() => [])).length > 0) {
    throw new StartError(
      `${directory} is not a complete database (it has no PG_VERSION): restore a backup, or remove it to start with an empty one.`,
    );
  }
  const password =
    (await readText(passwordFile)) ?? (await createPassword(passwordFile, version !== undefined));
  // Only its owner may run a server on a cluster, and who that is depends on what the system allows today.
  const owner = launcher.user ?? (process.getuid?.() === 0 ? { uid: 0, gid: 0 } : undefined);
  if (owner) await chown(passwordFile, owner.uid, owner.gid);
  if (version === undefined) await createCluster(options, directory, passwordFile);
  else if (owner) await giveTo(owner, directory);
  return { directory, password };
}

async function createPassword(file: string, isLate: boolean): Promise<string> {
  if (isLate) {
    throw new StartError(
      `${file} is missing, and without it the database next to it can't be opened: put it back from a backup.`,
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
    // The same order of texts on every platform.
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--no-instructions',
  ];
  // Full text search asks the C library what a letter is, and only Linux is sure to have C.UTF-8 there.
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
    `PostgreSQL could not set up ${dataDir}: ${reason}. Set DATABASE_URL to use one of your own.`,
    { cause: error },
  );
}

/** Makes the new name survive a power cut. */
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
  // Last, because it is what tells the next start that all of it is done.
  await lchown(directory, uid, gid);
}

const readText = async (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
