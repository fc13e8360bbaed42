import { sql, type Transaction } from 'kysely';
import { AppError } from '@rondo/shared/errors';
import { toAppError } from '@rondo/shared/http/problem-details';
import { uuidOfName } from '@rondo/shared/uuid-of-name';
import { busy } from '@rondo/shared/workers/keyed-queue';
import { inSlices } from '@rondo/shared/workers/slices';
import { createWaitBudget, type WaitBudget } from '@rondo/shared/workers/wait-budget';
import type { CommandContext, TodoContext } from '../context.ts';
import type { ImportFormat } from '@rondo/shared/contracts/import-report';
import type { ImportedFile } from '../domain/imports/imported-file.ts';
import { noRemarks } from '../domain/imports/remarks.ts';
import { runCommand, type Decide } from '../store/apply-command.ts';
import { noContent, type CommandAnswer } from '../store/command-answer.ts';
import { adoptChildren, awaitParents, type Awaiting } from '../store/awaited-parents.ts';
import { countImport } from '../store/growth.ts';
import { keepAnswer } from '../store/idempotency.ts';
import {
  addPlaced,
  liveTask,
  placeEntry,
  placeInBatches,
  type Placed,
  type Placement,
} from '../store/place-entry.ts';
import type { Tables } from '../store/tables.ts';
import type { WorkingSet } from '../store/working-set.ts';

/** The id of an import, null if nothing was imported; how many tasks it created or restored; and the remarks on other entries. */
export type ImportResult = Placed & { importId: string | null };

export type ImportSource = { format: ImportFormat; fileName: string | null };

type Import = ImportSource & { id: string };

/** Less than a request may wait for its answer. */
const maxMs = 10_000;
/** So that a file that takes long to read gets on too. */
const leastMs = 3_000;
/** For turns of the workspace, all batches together: nobody else's file is imported meanwhile. */
const maxWaitMs = 2_000;

/** The time of an import, from when its file began to be read. */
export type ImportTimer = {
  /** Whether 10 s are over. */
  isOver: () => boolean;
  /** To call when the file was read. @returns whether 10 s from the beginning are over, and 3 s from now */
  startPlacing: () => () => boolean;
};

export function startTimer({ clock }: Pick<TodoContext, 'clock'>): ImportTimer {
  const now = () => clock.now().getTime();
  const end = now() + maxMs;
  return {
    isOver: () => now() > end,
    startPlacing() {
      const placingEnd = Math.max(end, now() + leastMs);
      return () => now() > placingEnd;
    },
  };
}

/**
 * Makes tasks of the entries of a file, parents first, in transactions of 500. One command id is that of the import and of all its
 * changes, so that one undo takes all of it back; a retry with an Idempotency-Key goes on under it. A task's id is derived from the key
 * of its entry: what exists is skipped, and what was deleted is restored as the file has it. When its time is over, no further
 * batch begins, and a remark says so.
 * @param reportOf makes the body of the answer, which the last transaction keeps
 * @throws AppError 403 `quota-exceeded`; 429 `busy` if it waits for other commands of the workspace for more than 2 s in all. The
 * batches before stay imported, and the message says how many tasks they have
 */
export async function importEntries(
  ctx: TodoContext,
  command: CommandContext,
  file: ImportedFile,
  { reportOf, ...source }: ImportSource & { reportOf: (result: ImportResult) => object },
  timer: ImportTimer,
): Promise<CommandAnswer> {
  const { workspaceId } = command.identity;
  await countImport(ctx.database, workspaceId);
  const made: Import = { ...source, id: importIdOf(command) ?? ctx.ids.next() };
  const isLate = timer.startPlacing();
  const waits = createWaitBudget(maxWaitMs, () => busy('The workspace is busy with other changes.'));
  let answer: CommandAnswer | undefined;
  const answerTo = (placed: Placed): CommandAnswer => {
    const report = reportOf({ importId: placed.imported > 0 ? made.id : null, ...placed });
    const commandId = placed.imported > 0 ? made.id : undefined;
    return { status: 200, body: JSON.stringify(report), ...(commandId === undefined ? {} : { commandId }) };
  };
  const result = await placeInBatches(file, { workspaceId, isLate }, async (batch, before, isLast) => {
    const { placed, answer: kept } = await importBatch(ctx, command, batch, {
      made,
      waits,
      ...(isLast ? { answerTo: (added: Placed) => answerTo(sumOf(before, added)) } : {}),
    }).catch((error: unknown) => {
      throw afterBatches(error, before.imported);
    });
    if (isLast) answer = kept;
    return placed;
  });
  return answer ?? keepAnswer(ctx.database, command, answerTo(result));
}

/** The id of an import that may be retried: the same for each try. */
function importIdOf({ identity, idempotency }: CommandContext): string | undefined {
  if (!idempotency) return undefined;
  const { route, key, requestHash } = idempotency;
  return uuidOfName(identity.personId, `import ${route} ${key} ${requestHash.toString('hex')}`);
}

function sumOf(before: Placed, added: Placed): Placed {
  const sum = structuredClone(before);
  addPlaced(sum, added);
  return sum;
}

/** @param answerTo of the last batch: makes the answer to keep */
async function importBatch(
  ctx: TodoContext,
  command: CommandContext,
  batch: Placement[],
  {
    made,
    waits,
    answerTo,
  }: { made: Import; waits: WaitBudget; answerTo?: (placed: Placed) => CommandAnswer },
): Promise<{ placed: Placed; answer: CommandAnswer }> {
  const { identity } = command;
  const { idempotency: _key, ...keyless } = command;
  let placed: Placed = { imported: 0, ...noRemarks() };
  const decide: Decide = async (tasks, trx) => {
    // Only the last decision counts: an earlier one was not written.
    placed = { imported: 0, ...noRemarks() };
    await tasks.load(batch.flatMap(({ ids, parentIds }) => [...ids, ...parentIds]));
    const now = ctx.clock.now();
    await inSlices(batch, (placement) => placeEntry({ now, zones: identity }, tasks, placement, placed));
    await awaitParents(trx, identity.workspaceId, await awaitingOf(tasks, batch), now);
    await adoptChildren(trx, tasks, now);
    if (placed.imported > 0) await recordImport(trx, command, made, placed.imported, now);
    return { answer: answerTo?.(placed) ?? noContent, commandId: made.id };
  };
  const answer = await runCommand(ctx, answerTo ? command : keyless, decide, { waits });
  return { placed, answer };
}

/** The tasks of a batch whose parents are neither in the file nor in the product. */
async function awaitingOf(tasks: WorkingSet, batch: Placement[]): Promise<Awaiting[]> {
  const placed = new Map(tasks.changes.map(({ after }) => [after.id, after]));
  const awaiting: Awaiting[] = [];
  for (const { ids, parentIds } of batch) {
    const child = ids.map((id) => placed.get(id)).find((task) => task !== undefined);
    if (!child || child.parent_id !== null || parentIds.length === 0) continue;
    if (!(await liveTask(tasks, parentIds))) awaiting.push({ childId: child.id, parentIds });
  }
  return awaiting;
}

/** A batch after an undo makes the import one that can be undone again. */
async function recordImport(
  trx: Transaction<Tables>,
  { identity: { workspaceId, personId }, turnId }: CommandContext,
  { id, format, fileName }: Import,
  imported: number,
  now: Date,
): Promise<void> {
  await sql`
    INSERT INTO todo_service.imports AS known (id, workspace_id, person_id, format, file_name, created_at, tasks, turn_id, after_seq)
    VALUES (${id}, ${workspaceId}, ${personId}, ${format}, ${fileName}, ${now.toISOString()}, ${imported},
            ${turnId ?? null},
            coalesce((SELECT seq FROM todo_service.workspaces WHERE id = ${workspaceId}), 0))
    ON CONFLICT (id) DO UPDATE SET tasks = known.tasks + excluded.tasks, undone_at = NULL`.execute(trx);
}

/** The error of a batch, with what the batches before it imported. */
function afterBatches(error: unknown, imported: number): unknown {
  if (imported === 0) return error;
  const { code, message, status, retryable, errors, current, headers, quota } = toAppError(error);
  return new AppError(
    code,
    `${message} ${imported.toLocaleString('en-US')} tasks of the file are imported; another import of it goes on after them.`,
    {
      cause: error,
      status,
      retryable,
      headers,
      ...(errors ? { errors } : {}),
      ...(current === undefined ? {} : { current }),
      ...(quota ? { quota } : {}),
    },
  );
}
