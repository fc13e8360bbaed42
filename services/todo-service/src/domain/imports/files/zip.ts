import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl';
import { AppError, invalidInput } from '@rondo/shared/errors';

/** A file in a zip. Its name is only compared, and never used as a path. */
export type ZippedFile = { name: string; bytes: () => AsyncGenerator<Uint8Array> };

const max = { files: 1_000, unpackedBytes: 200 * 1024 * 1024 };

/**
 * Lists the files of a zip. Their bytes are counted while they are unpacked: what the zip says of their size may be wrong.
 * @param checkTime called for each piece that is unpacked
 * @throws AppError 422 if it is no zip, or has too many files; unpacking, if there are too many bytes, or the zip is damaged
 */
export async function openZip(bytes: Buffer, checkTime: () => void): Promise<ZippedFile[]> {
  try {
    const zip = await fromBufferPromise(bytes, { lazyEntries: true, autoClose: false });
    if (zip.entryCount > max.files) throw refused(`has more than ${max.files} files`);
    const files: ZippedFile[] = [];
    const budget: Budget = { left: max.unpackedBytes, checkTime };
    for await (const entry of zip.eachEntry()) {
      if (files.length === max.files) throw refused(`has more than ${max.files} files`);
      if (!isHidden(entry.fileName))
        files.push({ name: entry.fileName, bytes: () => unpacked(zip, entry, budget) });
    }
    return files;
  } catch (error) {
    throw error instanceof AppError ? error : notZip(error);
  }
}

/** What may still be unpacked. */
type Budget = { left: number; checkTime: () => void };

async function* unpacked(zip: ZipFile, entry: Entry, budget: Budget): AsyncGenerator<Uint8Array> {
  if (entry.isEncrypted()) throw refused(encrypted);
  if (entry.uncompressedSize > budget.left) throw tooLarge();
  try {
    for await (const chunk of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
      budget.left -= chunk.length;
      if (budget.left < 0) throw tooLarge();
      budget.checkTime();
      yield chunk;
    }
  } catch (error) {
    throw error instanceof AppError ? error : notZip(error);
  }
}

/** What macOS adds to zips, and folders. */
function isHidden(name: string): boolean {
  return name.endsWith('/') || name.startsWith('__MACOSX/') || /(?:^|\/)\./.test(name);
}

function tooLarge(): AppError {
  return refused('is larger than 200 MiB when it is unpacked');
}

const encrypted = 'has encrypted files; export it without a password';

/** What the errors of yauzl mean to the person. */
const faults: [error: RegExp, message: string][] = [
  [
    /^(?:invalid relative path|absolute path|invalid characters in fileName)/,
    'has a file whose name leads out of the zip, such as ../tasks.csv; pack its files again',
  ],
  [/^strong encryption/, encrypted],
  [/^multi-disk/, 'is one of several parts of a zip; make one zip of its files'],
  [
    /^unsupported compression method/,
    'has files that are compressed with another method than Deflate; pack them again as a usual zip',
  ],
];

function notZip(cause: unknown): AppError {
  const text = cause instanceof Error ? cause.message : '';
  const [, message] = faults.find(([error]) => error.test(text)) ?? [];
  const error = refused(message ?? 'is not a zip file, or is damaged');
  error.cause = cause;
  return error;
}

function refused(message: string): AppError {
  return invalidInput([{ field: 'body', message }]);
}
