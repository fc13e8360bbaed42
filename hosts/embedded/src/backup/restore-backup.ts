import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, open, readFile, realpath, rename, rm } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Extract } from 'tar-stream';
import { lockInstance } from '@rondo/host-common/instance-lock';
import { keptNames } from '@rondo/host-common/key-files';
import { restoringName } from '@rondo/host-common/postgres/cluster';
import { lockServer } from '@rondo/host-common/postgres/server-lock';
import { StartError } from '@rondo/host-common/start-error';
import { checkHeader, checksumsOf, manifestName, notABackup } from './backup-format.ts';
import { fileError } from './file-error.ts';
import { startHistory } from './start-history.ts';

/**
 * Restores a backup into an empty data directory. Everything is first written to a temporary directory and checked against
 * PostgreSQL's checksums. The restored tasks begin a new history. After an interrupted restore no host starts on the directory;
 * the next restore starts again.
 * @returns when the backup was made
 * @throws StartError with one line that says what to do
 */
export async function restoreBackup(dataDir: string, file: string): Promise<string> {
  if (!existsSync(file)) throw new StartError(`There is no ${file}.`);
  await using locks = new AsyncDisposableStack();
  // The locks of a host, and of a server that runs without a host.
  for (const name of ['host.lock', 'postgres.lock']) locks.use(await lockInstance(dataDir, { name }));
  const draft = join(dataDir, restoringName);
  const names = [...keptNames, 'postgres'];
  const found = names.filter((name) => existsSync(join(dataDir, name)));
  if (found.length > 0 && !existsSync(draft))
    throw new StartError(
      `${dataDir} already contains data (${found.join(', ')}): move it away, or set RONDO_DATA_DIR to another directory.`,
    );
  const clear = async (paths: string[]) => {
    for (const path of paths) await rm(join(dataDir, path), { recursive: true, force: true });
  };
  // A restore that was killed leaves its server running.
  if (existsSync(draft))
    await (await lockServer(join(await realpath(draft), 'postgres')))[Symbol.asyncDispose]();
  await clear([...names, restoringName]);
  try {
    await mkdir(draft, { mode: 0o700 });
    const createdAt = await unpack(file, draft);
    await startHistory(draft);
    for (const name of names) {
      if (existsSync(join(draft, name))) await rename(join(draft, name), join(dataDir, name));
    }
    await clear([restoringName]);
    await sync(dataDir);
    return createdAt;
  } catch (error) {
    await clear([...names, restoringName]);
    throw fileError(error, file);
  }
}

async function unpack(file: string, draft: string): Promise<string> {
  const archive = extract();
  const written = new Map<string, string>();
  const source = createReadStream(file);
  try {
    const [createdAt] = await Promise.all([
      writeAll(archive, { file, draft, written }),
      pipeline(source, createGunzip(), archive),
    ]);
    checkKeys(file, [...written.keys()]);
    await checkAgainstManifest(draft, written);
    await syncAll(draft, [...written.keys()]);
    return createdAt;
  } catch (error) {
    if (error instanceof StartError || isOfFileSystem(error)) throw error;
    throw notABackup(file, error);
  }
}

type Source = Extract extends AsyncIterable<infer Entry> ? Entry : never;
type Unpacking = { file: string; draft: string; written: Map<string, string> };

/** Extracts each entry, and records its SHA-256. */
async function writeAll(archive: Extract, { file, draft, written }: Unpacking): Promise<string> {
  let createdAt: string | undefined;
  for await (const entry of archive) {
    const { name, type, mode } = entry.header;
    if (createdAt === undefined) {
      createdAt = checkHeader(file, name, await textOf(entry)).created_at;
      continue;
    }
    const path = normalize(name);
    if (!['postgres', ...keptNames].includes(path.split(sep)[0] ?? '')) throw notABackup(file);
    if (type === 'directory') {
      await mkdir(join(draft, path), { recursive: true, mode: 0o700 });
      entry.resume();
    } else if (type === 'file') {
      await mkdir(dirname(join(draft, path)), { recursive: true, mode: 0o700 });
      written.set(path, await writeFile(entry, join(draft, path), mode ?? 0o600));
    } else throw notABackup(file);
  }
  if (createdAt === undefined) throw notABackup(file);
  return createdAt;
}

async function writeFile(entry: Source, path: string, mode: number): Promise<string> {
  const hash = createHash('sha256');
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(undefined, chunk);
    },
  });
  await pipeline(entry, hashing, createWriteStream(path, { mode, flags: 'wx' }));
  return hash.digest('hex');
}

/** Without its keys, a restored installation would refuse all tokens and couldn't open its channels. */
function checkKeys(file: string, paths: string[]): void {
  const missing = keptNames.filter((name) => !paths.some((path) => path.split(sep, 1)[0] === name));
  if (missing.length > 0)
    throw new StartError(`${file} lacks ${missing.join(' and ')}: nothing was restored. Use another backup.`);
}

/** Checks the files against PostgreSQL's manifest. The WAL is not in it: the server checks that when it starts. */
async function checkAgainstManifest(draft: string, written: Map<string, string>): Promise<void> {
  const checksums = checksumsOf(await readFile(join(draft, manifestName), 'utf8'));
  for (const [path, checksum] of checksums) {
    if (written.get(join('postgres', path)) !== checksum) throw new Error(`${path} has a wrong checksum`);
  }
}

async function textOf(entry: Source): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of entry) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Whether the operating system reported the error. Errors of tar and zlib have no `syscall`. */
function isOfFileSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

const syncsAtOnce = 32;

/** Flushes files and directories to disk, so that they survive a power cut. Concurrent flushes are merged by the disk. */
async function syncAll(draft: string, files: string[]): Promise<void> {
  const paths = new Set(files.flatMap(pathAndAbove)).values();
  const work = async () => {
    for (const path of paths) await sync(join(draft, path));
  };
  await Promise.all(Array.from({ length: syncsAtOnce }, work));
}

const pathAndAbove = (path: string): string[] =>
  path === '.' ? [path] : [path, ...pathAndAbove(dirname(path))];

async function sync(path: string): Promise<void> {
  const opened = await open(path);
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}
