import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { postgresMajorVersion } from '@rondo/host-common/postgres/binaries';
import { StartError } from '@rondo/host-common/start-error';

/**
 * A backup is a gzipped tar of a data directory: first what it is (`rondo-backup.json`), then `postgres.password`,
 * `identity/`, and `postgres/` with the manifest by which the server's own files are checked.
 */
export const headerName = 'rondo-backup.json';
export const manifestName = 'postgres/backup_manifest';

/** What a data directory keeps besides the cluster; the rest of it is made again at every start. */
export const keptNames = ['postgres.password', 'identity'];

const backupHeader = Compile(
  Type.Object({
    format: Type.Literal(1),
    created_at: Type.String(),
    postgres: Type.Integer(),
    /** PostgreSQL's files are laid out for one kind of machine. */
    platform: Type.String(),
  }),
);
type BackupHeader = Static<ReturnType<typeof backupHeader.Type>>;

export const thisPlatform = `${process.platform}-${process.arch}`;

export function makeHeader(): BackupHeader {
  return {
    format: 1,
    created_at: new Date().toISOString(),
    postgres: postgresMajorVersion,
    platform: thisPlatform,
  };
}

/** @throws StartError when this is no backup, or not one that can be restored here */
export function checkHeader(file: string, name: string, content: string): BackupHeader {
  const header: unknown = name === headerName ? JSON.parse(content) : undefined;
  if (!backupHeader.Check(header)) throw notABackup(file);
  if (header.postgres !== postgresMajorVersion || header.platform !== thisPlatform)
    throw new StartError(
      `${file} was made by PostgreSQL ${header.postgres} on ${header.platform}, but this is ${postgresMajorVersion} on ${thisPlatform}: restore it with the Rondo that made it, on a machine of that kind.`,
    );
  return header;
}

export const notABackup = (file: string, cause?: unknown): StartError =>
  new StartError(`${file} is no backup of Rondo, or it is cut off or damaged: nothing was restored.`, {
    cause,
  });

const manifest = Compile(
  Type.Object({
    Files: Type.Array(
      Type.Object({
        Path: Type.String(),
        Size: Type.Integer(),
        'Checksum-Algorithm': Type.Literal('SHA256'),
        Checksum: Type.String(),
      }),
    ),
  }),
);

/** SHA-256 (hexadecimal) of the files that a base backup must have, by their paths below the cluster's directory. */
export function checksumsOf(manifestText: string): Map<string, string> {
  const parsed: unknown = JSON.parse(manifestText);
  if (!manifest.Check(parsed)) throw new Error('the manifest has another form');
  return new Map(parsed.Files.map(({ Path, Checksum }) => [Path, Checksum]));
}
