import { maxPreviewed } from '@rondo/shared/contracts/import-report';
import type { Task } from '@rondo/shared/contracts/task';
import { inSlices } from '@rondo/shared/workers/slices';
import type { CommandContext, TodoContext } from '../context.ts';
import type { ImportedFile } from '../domain/imports/imported-file.ts';
import { noRemarks } from '../domain/imports/remarks.ts';
import { placeEntry, placeInBatches, type Placed } from '../store/place-entry.ts';
import { WorkingSet } from '../store/working-set.ts';

/** What an import would do, and the first 50 tasks as they would be. */
export type ImportPreview = Placed & { preview: Task[] };

/**
 * Decides on the entries of a file as an import does, and writes nothing.
 * @param isLate as `placeInBatches`
 */
export async function previewImport(
  { database, clock }: Pick<TodoContext, 'database' | 'clock'>,
  file: ImportedFile,
  { identity, isLate }: { identity: CommandContext['identity']; isLate: () => boolean },
): Promise<ImportPreview> {
  const { workspaceId } = identity;
  const parents = new Set(file.drafts.map(({ parent }) => parent?.key));
  /** The tasks of the batches so far, below which later ones are placed. */
  const decided = new Map<string, Task>();
  const preview: Task[] = [];
  const result = await placeInBatches(file, { workspaceId, isLate }, async (batch) => {
    const placed: Placed = { imported: 0, ...noRemarks() };
    const tasks = new WorkingSet(database, workspaceId);
    for (const { parentIds } of batch)
      for (const id of parentIds)
        for (let task = decided.get(id); task; task = decided.get(task.parent_id ?? '')) tasks.assume(task);
    await tasks.load(batch.flatMap(({ ids, parentIds }) => [...ids, ...parentIds]));
    await inSlices(batch, (placement) =>
      placeEntry({ now: clock.now(), zones: identity }, tasks, placement, placed),
    );
    const idsOfParents = new Set(batch.flatMap(({ entry, ids }) => (parents.has(entry.key) ? ids : [])));
    for (const { after } of tasks.changes) {
      if (idsOfParents.has(after.id)) decided.set(after.id, after);
      if (preview.length < maxPreviewed) preview.push(after);
    }
    return placed;
  });
  return { ...result, preview };
}
