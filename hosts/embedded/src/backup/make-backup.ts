import { randomUUID } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import { extract, pack, type Extract, type Pack } from 'tar-stream';
import { keyFiles } from '@rondo/host-common/key-files';
import { StartError } from '@rondo/host-common/start-error';
import { fileError } from './file-error.ts';
import { headerName, makeHeader, manifestName } from './backup-format.ts';
import { withBaseBackup, type BaseBackup } from './base-backup.ts';
import { serverOf } from './running-server.ts';

/**
 * Backs up an installation into one file. Only its owner can read it, because it contains private keys. The host may be
 * running. The file gets its name when it is complete.
 * @returns its size in bytes
 * @throws StartError with one line that says what to do
 */
export async function makeBackup(dataDir: string, file: string): Promise<number> {
  if (existsSync(file)) throw new StartError(`${file} already exists: choose another file.`);
  const draft = `${file}.${randomUUID()}.unfinished`;
  try {
    await checkPlace(dataDir, file);
    await using server = await serverOf(dataDir);
    await withBaseBackup(server.url, async (backup) => {
      const archive = pack();
      await Promise.all([
        pipeline(
          archive,
          createGzip({ level: constants.Z_BEST_SPEED }),
          createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true }),
        ),
        writeEntries(archive, dataDir, backup).catch((error: unknown) => {
          archive.destroy(error instanceof Error ? error : new Error(String(error)));
          throw error;
        }),
      ]);
    });
    // Of two backups with one name, the first one to finish keeps it. Not every file system has links.
    await (await open(file, 'wx', 0o600)).close();
    await rename(draft, file);
    return (await stat(file)).size;
  } catch (error) {
    throw fileError(error, file);
  } finally {
    await rm(draft, { force: true });
  }
}

/** A backup in the data directory would be lost with it, and would be part of the next one. */
async function checkPlace(dataDir: string, file: string): Promise<void> {
  if (!existsSync(dataDir)) return;
  const fromData = relative(await realpath(dataDir), await realpath(dirname(file)));
  if (fromData.split(sep, 1)[0] !== '..' && !isAbsolute(fromData))
    throw new StartError(`${file} is in the data directory ${dataDir}: choose a file outside of it.`);
}

async function writeEntries(archive: Pack, dataDir: string, backup: BaseBackup): Promise<void> {
  archive.entry({ name: headerName, mode: 0o600 }, JSON.stringify(makeHeader()));
  for (const name of await keyFiles(dataDir)) {
    archive.entry({ name, mode: 0o600 }, await readFile(join(dataDir, name)));
  }
  const clusterFiles = extract();
  await Promise.all([pipeline(backup.archive, clusterFiles), passOn(clusterFiles, archive)]);
  archive.entry({ name: manifestName, mode: 0o600 }, await backup.manifest);
  archive.finalize();
}

/** Copies each file and directory of the server's archive to `postgres/` in the backup. */
async function passOn(from: Extract, to: Pack): Promise<void> {
  for await (const entry of from) {
    const { name, mode, size, mtime, type } = entry.header;
    const header = {
      name: join('postgres', name),
      mode: mode ?? 0o600,
      size: size ?? 0,
      mtime: mtime ?? new Date(),
      type: type ?? 'file',
    };
    if (type === 'directory') {
      to.entry(header);
      entry.resume();
    } else await pipeline(entry, to.entry(header));
  }
}
