import type { ImportReport } from '@rondo/shared/contracts/import-report';
import { invalidInput } from '@rondo/shared/errors';
import type { CommandContext, TodoContext } from '../context.ts';
import type { ReadContext } from '../domain/imports/collection.ts';
import { readImport, type GivenFile } from '../domain/imports/read-import.ts';
import { previewImport } from '../queries/preview-import.ts';
import type { CommandAnswer } from '../store/command-answer.ts';
import { atMostOnce } from '../store/idempotency.ts';
import { importEntries, startTimer, type ImportResult } from './import-entries.ts';

/** The file of a request. */
export type FileToImport = GivenFile & {
  bytes: AsyncIterable<Uint8Array>;
  context: Omit<ReadContext, 'checkTime'>;
};

/**
 * Imports a file of another app.
 * @throws AppError as `readImport` and `importEntries`; 422 if the file takes more than 10 s to read
 */
export function importFile(
  ctx: TodoContext,
  command: CommandContext,
  given: FileToImport,
): Promise<CommandAnswer> {
  return atMostOnce(ctx, command, async () => {
    const { timer, format, file } = await readFile(ctx, given);
    const reportOf = ({ importId: import_id, ...result }: ImportResult): ImportReport => ({
      import_id,
      format,
      ...result,
      preview: [],
    });
    return importEntries(ctx, command, file, { format, fileName: given.context.fileName, reportOf }, timer);
  });
}

/** Shows what an import of a file would do. @throws AppError as `importFile` */
export async function previewFile(
  ctx: TodoContext,
  { identity }: CommandContext,
  given: FileToImport,
): Promise<CommandAnswer> {
  const { timer, format, file } = await readFile(ctx, given);
  const shown = await previewImport({ database: ctx.reads, clock: ctx.clock }, file, {
    identity,
    isLate: timer.startPlacing(),
  });
  const report: ImportReport = { import_id: null, format, ...shown };
  return { status: 200, body: JSON.stringify(report) };
}

async function readFile(ctx: TodoContext, { bytes, context, ...given }: FileToImport) {
  const timer = startTimer(ctx);
  const checkTime = () => {
    if (timer.isOver())
      throw invalidInput([{ field: 'body', message: 'takes too long to read; split the file' }]);
  };
  return { timer, ...(await readImport(bytes, given, { ...context, checkTime })) };
}
