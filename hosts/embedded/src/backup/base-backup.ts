import { Readable } from 'node:stream';
import { Client, DatabaseError, escapeIdentifier, type Connection } from 'pg';
import { StartError } from '@rondo/host-common/start-error';

/** A consistent copy of a cluster: a tar stream of its directory and the WAL that it needs, followed by its manifest. */
export type BaseBackup = { archive: Readable; manifest: Promise<Buffer> };

const command =
  "BASE_BACKUP (LABEL 'rondo', CHECKPOINT 'fast', WAL true, MANIFEST 'yes', MANIFEST_CHECKSUMS 'SHA256')";

/**
 * Takes a base backup of a running server, as `pg_basebackup` does (PostgreSQL 18, "Streaming Replication Protocol",
 * BASE_BACKUP). The server keeps running. The copy has the server's state at the end of the backup.
 * @param work must read the archive to its end
 * @throws StartError with the server's error message
 */
export async function withBaseBackup<Result>(
  url: string,
  work: (backup: BaseBackup) => Promise<Result>,
): Promise<Result> {
  const client = new Client({ connectionString: `${url}?replication=true` });
  // A lost connection also fails the current statement, which reports it.
  client.on('error', () => undefined);
  await client.connect();
  try {
    // The slot makes the server keep the WAL that it writes during the backup. It is dropped with this session.
    const slot = escapeIdentifier(`rondo_backup_${process.pid}_${Date.now()}`);
    await client.query(`CREATE_REPLICATION_SLOT ${slot} TEMPORARY PHYSICAL (RESERVE_WAL true)`);
    const copy = new BaseBackupStatement();
    client.query(copy);
    return await work(copy);
  } catch (error) {
    throw error instanceof DatabaseError ? refused(error) : error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

const refused = (cause: Error): StartError =>
  new StartError(`PostgreSQL refused the backup: ${cause.message}.`, { cause });

/** The first byte of each CopyData message of a base backup. */
const partCodes = { archive: 0x6e, manifest: 0x6d, data: 0x64 } as const;

/** The BASE_BACKUP statement, as a custom query object of `pg`, which calls it for each message of the server. */
class BaseBackupStatement implements BaseBackup {
  readonly archive: Readable;
  readonly manifest: Promise<Buffer>;
  readonly #manifest = Promise.withResolvers<Buffer>();
  readonly #manifestParts: Buffer[] = [];
  #connection: Connection | undefined;
  #isManifest = false;

  constructor() {
    this.archive = new Readable({ read: () => this.#connection?.stream.resume() });
    this.manifest = this.#manifest.promise;
    // The reader of the archive gets the error from the stream, even if it starts to read later.
    this.manifest.catch(() => undefined);
    this.archive.on('error', () => undefined);
  }

  submit(connection: Connection): void {
    this.#connection = connection;
    connection.query(command);
  }

  handleCopyData({ chunk }: { chunk: Buffer }): void {
    const code = chunk[0];
    if (code === partCodes.manifest) {
      this.#isManifest = true;
      this.archive.push(null);
      // An ended stream does not call `read` again, so the socket must be resumed here.
      this.#connection?.stream.resume();
    } else if (code === partCodes.data) {
      // pg reuses its buffer for the next message.
      const data = Buffer.from(chunk.subarray(1));
      if (this.#isManifest) this.#manifestParts.push(data);
      else if (!this.archive.push(data)) this.#connection?.stream.pause();
    }
  }

  handleReadyForQuery(): void {
    this.#manifest.resolve(Buffer.concat(this.#manifestParts));
  }

  handleError(error: Error): void {
    this.archive.destroy(refused(error));
    this.#manifest.reject(refused(error));
  }

  // The server reports the WAL positions of the start and the end. They are not needed.
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleCommandComplete(): void {}
}
