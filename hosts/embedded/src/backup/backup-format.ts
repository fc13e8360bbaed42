import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { postgresMajorVersion } from '@rondo/host-common/postgres/binaries';
import { StartError } from '@rondo/host-common/start-error';

/**
 * A backup is a gzipped tar of a data directory. It starts with a header (`rondo-backup.json`), followed by
 * `postgres.password`, `identity/`, and `postgres/` with PostgreSQL's manifest, which has the checksums of its files.
 */
export const headerName = 'rondo-backup.json';
export const manifestName = 'postgres/backup_manifest';

const backupHeader = Compile(
  Type.Object({
    format: Type.Literal(1),
    created_at: Type.String({ pattern: String.raw`^[\d-]{10}T[\d:.]{8,12}Z$` }),
    postgres: Type.Integer(),
    /** The layout of PostgreSQL's files depends on the platform. */
    platform: Type.String({ pattern: String.raw`^[\w-]{1,40}$` }),
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

/** @throws StartError if this is not a backup, or can't be restored on this machine */
export function checkHeader(file: string, name: string, content: string): BackupHeader {
  const header: unknown = name === headerName ? JSON.parse(content) : undefined;
  if (!backupHeader.Check(header)) throw notABackup(file);
  if (header.postgres !== postgresMajorVersion || header.platform !== thisPlatform)
    throw new StartError(
      `${file} was made by PostgreSQL ${header.postgres} on ${header.platform}, but this is PostgreSQL ${postgresMajorVersion} on ${thisPlatform}: restore it with the version of Rondo that made it, on the same platform.`,
    );
  return header;
}

export const notABackup = (file: string, cause?: unknown): StartError =>
  new StartError(`${file} is not a Rondo backup, or it is truncated or damaged: nothing was restored.`, {
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

/** The SHA-256 (hexadecimal) of each file of a base backup, by its path in the cluster's directory. */
export function checksumsOf(manifestText: string): Map<string, string> {
  const parsed: unknown = JSON.parse(manifestText);
  if (!manifest.Check(parsed)) throw new Error('the manifest has an unknown format');
  return new Map(parsed.Files.map(({ Path, Checksum }) => [Path, Checksum]));
}
