import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadContext } from '../../src/domain/imports/collection.ts';
import type { ImportFormat } from '@rondo/shared/contracts/import-report';
import type { ImportedFile } from '../../src/domain/imports/imported-file.ts';
import { readImport } from '../../src/domain/imports/read-import.ts';

/** When and where the files of tests are imported. */
export const context: ReadContext = {
  zone: 'Europe/Berlin',
  now: new Date('2026-11-21T12:00:00.000Z'),
  dateOrder: 'dmy',
  fileName: null,
  checkTime() {
    // There is time.
  },
};

/** A file in the shape of an app's export. */
export const fixture = (name: string): Promise<Buffer> =>
  readFile(join(import.meta.dirname, '../fixtures/imports', name));

async function* inPieces(bytes: Buffer, length: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += length) yield bytes.subarray(from, from + length);
}

type Options = { format?: ImportFormat; mediaType?: string; pieceBytes?: number } & Partial<ReadContext>;

/** Reads a file as if it arrived in pieces. */
export async function readFileOf(
  body: Buffer | string,
  { format, mediaType = '', pieceBytes = 7, ...given }: Options = {},
): Promise<ImportedFile & { format: ImportFormat }> {
  const bytes = inPieces(Buffer.from(body as string), pieceBytes);
  const read = await readImport(bytes, { format, mediaType }, { ...context, ...given });
  return { format: read.format, ...read.file };
}

/** The tasks of a file, each with the title of the one above it. */
export function tasksIn({ drafts }: ImportedFile): Record<string, unknown>[] {
  const titles = new Map(drafts.map(({ key, draft }) => [key, draft.title]));
  return drafts.map(({ draft, parent, createdAt, completedAt }) => ({
    ...draft,
    ...(parent ? { below: titles.get(parent.key) ?? '?' } : {}),
    ...(createdAt ? { createdAt } : {}),
    ...(completedAt ? { completedAt } : {}),
  }));
}

/** The remarks of a file, as `title: reason`. */
export const remarksOf = (remarks: ImportedFile['notes']): string[] =>
  remarks.map(({ summary, reason }) => `${summary ?? '-'}: ${reason}`);

/** The tasks of a file by title, and the remarks on it. */
export async function readingOf(...args: Parameters<typeof readFileOf>) {
  const file = await readFileOf(...args);
  return {
    format: file.format,
    tasks: tasksIn(file),
    skipped: remarksOf(file.skipped),
    notes: remarksOf(file.notes),
  };
}
