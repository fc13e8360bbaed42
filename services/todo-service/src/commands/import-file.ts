import type { ImportReport } from '@rondo/shared/contracts/import-report';
import { invalidInput } from '@rondo/shared/errors';
import type { CommandContext, TodoContext } from '../context.ts';
import type { ReadContext } from '../domain/imports/collection.ts';
import { readImport, type GivenFile } from '../domain/imports/read-import.ts';
import { previewImport } from '../queries/preview-import.ts';
import { importEntries, startTimer } from './import-entries.ts';

/** The file of a request, and whether only to show what would become of it. */
export type FileToImport = GivenFile & {
  bytes: AsyncIterable<Uint8Array>;
  context: Omit<ReadContext, 'checkTime'>;
  isPreview: boolean;
};

/**
 * Imports a file of another app, or shows what an import would do.
 * @throws AppError as `readImport` and `importEntries`; 422 if the file takes more than 10 s to read
 */
export async function importFile(
  ctx: TodoContext,
  command: CommandContext,
  { bytes, context, isPreview, ...given }: FileToImport,
): Promise<ImportReport> {
  const timer = startTimer(ctx);
  const checkTime = () => {
    if (timer.isOver())
      throw invalidInput([{ field: 'body', message: 'takes too long to read; split the file' }]);
  };
  const { format, file } = await readImport(bytes, given, { ...context, checkTime });
  const { identity } = command;
  const { skipped, notes, more, imported, preview, importId } = isPreview
    ? {
        ...(await previewImport({ database: ctx.reads, clock: ctx.clock }, file, {
          identity,
          isLate: timer.startPlacing(),
        })),
        importId: null,
      }
    : {
        ...(await importEntries(ctx, command, file, { format, fileName: context.fileName }, timer)),
        preview: [],
      };
  return {
    import_id: importId,
    format,
    imported,
    skipped,
    notes,
    more,
    preview,
  };
}
