import { Readable } from 'node:stream';
import { Client, DatabaseError, escapeIdentifier, type Connection } from 'pg';
import { StartError } from '@rondo/host-common/start-error';

/** A cluster as it is at one instant: a tar stream of its directory with the WAL it needs, then its manifest. */
export type BaseBackup = { archive: Readable; manifest: Promise<Buffer> };

const command =
  "BASE_BACKUP (LABEL 'rondo', CHECKPOINT 'fast', WAL true, MANIFEST 'yes', MANIFEST_CHECKSUMS 'SHA256')";

/**
 * Asks a running server for a copy of itself, as `pg_basebackup` does (PostgreSQL 18, "Streaming Replication Protocol",
 * BASE_BACKUP): the server goes on meanwhile, and the copy is its state when the copy ended.
 * `work` reads the archive to its end.
 * @throws StartError with what the server refused
 */
export async function withBaseBackup<Result>(
  url: string,
  work: (backup: BaseBackup) => Promise<Result>,
): Promise<Result> {
  const client = new Client({ connectionString: `${url}?replication=true` });
  // A lost connection fails the statement under way, which is where it is told.
  client.on('error', () => undefined);
  await client.connect();
  try {
    // The WAL that is written meanwhile is kept for the copy; the slot is gone with this session.
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
  new StartError(`PostgreSQL gave no copy of itself: ${cause.message}.`, { cause });

/** What a CopyData message of a base backup begins with. */
const partCodes = { archive: 0x6e, manifest: 0x6d, data: 0x64 } as const;

/** The statement in the form in which `pg` takes one that it does not know itself: it is called for each message. */
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
    // A failure is told to whoever reads the archive to its end, even if it came before they began.
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
      // Nobody asks an archive for more that has ended.
      this.#connection?.stream.resume();
    } else if (code === partCodes.data) {
      // pg uses its buffer again for what comes next.
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

  // Before and after the copy the server says from where to where in the WAL it reaches: nothing that is needed here.
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleCommandComplete(): void {}
}
