import { AppError, invalidInput } from '@rondo/shared/errors';
import { readCalendar } from './apps/calendar.ts';
import { readLists } from './apps/lists.ts';
import { readRondoExport, readRondoTable } from './apps/rondo.ts';
import { readSuperProductivity } from './apps/super-productivity.ts';
import { readTickTick } from './apps/ticktick.ts';
import { readTodoistBackup, readTodoistCsv } from './apps/todoist.ts';
import { readVikunja } from './apps/vikunja.ts';
import { openCollection, type ReadContext } from './collection.ts';
import { formatOfText, formatOfZip, isZip } from './detect-format.ts';
import type { Bytes } from './files/bytes.ts';
import { openZip } from './files/zip.ts';
import { importFormats, type ImportFormat } from '@rondo/shared/contracts/import-report';
import { type ImportedFile } from './imported-file.ts';

/** What is looked at to find out the format. */
const headBytes = 64 * 1024;

/** What a request says of a file. */
export type GivenFile = { format: ImportFormat | undefined; mediaType: string };

/**
 * Reads a file as tasks, in slices. Without a format, the content decides.
 * @throws AppError 422 `format-unknown`; 422 if it is not a file of the format, or too large
 */
export async function readImport(
  bytes: AsyncIterable<Uint8Array>,
  { format: given, mediaType }: GivenFile,
  context: ReadContext,
): Promise<{ format: ImportFormat; file: ImportedFile }> {
  const iterator = bytes[Symbol.asyncIterator]();
  try {
    const { head, all } = await peek(iterator, context);
    if (head.length === 0) throw invalidInput([{ field: 'body', message: 'is empty' }]);
    if (isZip(head)) return await readZip(await whole(all), given, context);
    const format = given ?? formatOfText(head, mediaType) ?? unknown();
    return { format, file: await readText(all, format, context) };
  } finally {
    // Also after a refusal: who gave the bytes drops the others.
    await iterator.return?.();
  }
}

async function readZip(
  bytes: Buffer,
  given: ImportFormat | undefined,
  context: ReadContext,
): Promise<{ format: ImportFormat; file: ImportedFile }> {
  const files = await openZip(bytes, context.checkTime);
  const names = files.map(({ name }) => name);
  const format = given ?? formatOfZip(names) ?? unknownZip(names);
  const collection = openCollection(context.zone);
  if (format === 'todoist-backup') await readTodoistBackup(files, context, collection);
  else if (format === 'vikunja') {
    const data = files.find(({ name }) => name === 'data.json');
    if (!data)
      throw invalidInput([{ field: 'body', message: 'is not an export of Vikunja: it has no data.json' }]);
    await readVikunja(data.bytes(), context, collection);
  } else throw invalidInput([{ field: 'body', message: `is a zip file, which the format ${format} is not` }]);
  return { format, file: collection.file };
}

async function readText(bytes: Bytes, format: ImportFormat, context: ReadContext): Promise<ImportedFile> {
  if (format === 'calendar') return readCalendar(bytes, context);
  const collection = openCollection(context.zone);
  switch (format) {
    case 'rondo':
      await readRondoExport(bytes, context, collection);
      break;
    case 'rondo-csv':
      await readRondoTable(bytes, context, collection);
      break;
    case 'todoist-csv':
      await readTodoistCsv(bytes, context, collection);
      break;
    case 'ticktick':
      await readTickTick(bytes, context, collection);
      break;
    case 'vikunja':
      await readVikunja(bytes, context, collection);
      break;
    case 'super-productivity':
      await readSuperProductivity(bytes, context, collection);
      break;
    case 'todoist-backup':
      throw invalidInput([{ field: 'body', message: 'is not a zip file' }]);
    case 'markdown':
    case 'text':
      await readLists(bytes, context, collection, { isMarkdown: format === 'markdown' });
  }
  return collection.file;
}

function unknown(): never {
  throw new AppError(
    'format-unknown',
    `The content doesn't tell the format of the file. Name it in format: ${importFormats.join(', ')}.`,
  );
}

const maxShown = { names: 5, characters: 60 };

function unknownZip(names: string[]): never {
  const shown = names
    .slice(0, maxShown.names)
    .map((name) => name.slice(0, maxShown.characters).toWellFormed())
    .join(', ');
  const found =
    names.length === 0
      ? 'It has no files.'
      : `It has ${shown}${names.length > maxShown.names ? `, and ${names.length - maxShown.names} more` : ''}.`;
  const advice = names.some((name) => /\.zip$/i.test(name)) ? ' Unpack it, and import the zip in it.' : '';
  throw new AppError(
    'format-unknown',
    `The zip has neither data.json, as Vikunja makes it, nor .csv files, as Todoist does. ${found}${advice}`,
  );
}

/** The first bytes, and all of them. */
async function peek(
  iterator: AsyncIterator<Uint8Array>,
  { checkTime }: ReadContext,
): Promise<{ head: Buffer; all: AsyncIterable<Uint8Array> }> {
  const first: Uint8Array[] = [];
  let length = 0;
  while (length < headBytes) {
    const next = await iterator.next();
    if (next.done) break;
    first.push(next.value);
    length += next.value.length;
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    yield* first;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      checkTime();
      yield next.value;
    }
  }
  return { head: Buffer.concat(first).subarray(0, headBytes), all: all() };
}

async function whole(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}
