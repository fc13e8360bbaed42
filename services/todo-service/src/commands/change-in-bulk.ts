import type { Task } from '@rondo/shared/contracts/task';
import { AppError, notFound } from '@rondo/shared/errors';
import { inSlices } from '@rondo/shared/workers/slices';
import type { CommandContext, TodoContext } from '../context.ts';
import type { BulkOperation } from '../domain/bulk-operation.ts';
import { expectedByBody } from '../domain/entity-tag.ts';
import { checkFloatingInput, type ZonesOfPerson } from '../domain/floating.ts';
import { idTaken } from '../domain/id-taken.ts';
import { decide, decideCreation, type Command } from '../domain/task.ts';
import { runCommand } from '../store/apply-command.ts';
import { checkStateIn } from '../store/change-task.ts';
import { tasksAnswer, type CommandAnswer } from '../store/command-answer.ts';
import { atMostOnce } from '../store/idempotency.ts';
import { keepOneOpen } from '../store/one-open-occurrence.ts';
import { placeTask } from '../store/place-task.ts';
import { createPlaces, type Places } from '../store/places.ts';
import { applyInPlace, deleteSubtree, restoreSubtree } from '../store/subtree.ts';
import type { WorkingSet } from '../store/working-set.ts';

/**
 * Runs up to 500 operations in order, all or none; each sees the results of those before it. The answer contains every
 * changed task, including subtasks.
 * @throws AppError of the first operation that fails, with fields under `operations/N/`; 409 `occurrence-open`
 */
export function changeInBulk(
  ctx: TodoContext,
  command: CommandContext,
  operations: BulkOperation[],
): Promise<CommandAnswer> {
  return atMostOnce(ctx, command, () =>
    runCommand(ctx, command, async (tasks, trx) => {
      await loadTasksOf(operations, tasks);
      const places = createPlaces(trx, tasks);
      await inSlices(operations.entries(), ([index, operation]) =>
        runOperation(ctx, operation, { tasks, places, zones: command.identity }).catch((error: unknown) => {
          throw atOperation(error, index);
        }),
      );
      await keepOneOpen(trx, tasks, ctx.clock.now());
      return { answer: () => answerOf(tasks) };
    }),
  );
}

/** Reads what operations name with a few queries: each of them needs none then. */
async function loadTasksOf(operations: BulkOperation[], tasks: WorkingSet): Promise<void> {
  const named = operations.flatMap((operation) => {
    const { after, before } = operation.op === 'move' ? operation : {};
    const { parent_id: parentId } = 'parent_id' in operation ? operation : {};
    return [operation.id, after, before, parentId].filter((id) => typeof id === 'string');
  });
  await tasks.load(named);
  const toOtherParents = operations.filter(
    (operation) => operation.op !== 'create' && 'parent_id' in operation && operation.parent_id !== null,
  );
  await tasks.loadBelow(toOtherParents.flatMap(({ id }) => id ?? []));
}

async function answerOf(tasks: WorkingSet): Promise<CommandAnswer> {
  const changed: (Task | undefined)[] = [];
  for (const id of new Set(tasks.changes.map(({ after }) => after.id))) changed.push(await tasks.find(id));
  return tasksAnswer(changed);
}

async function runOperation(
  ctx: Pick<TodoContext, 'clock' | 'ids'>,
  operation: BulkOperation,
  { tasks, places, zones }: { tasks: WorkingSet; places: Places; zones: ZonesOfPerson },
): Promise<void> {
  if ('is_floating' in operation) checkFloatingInput(operation);
  const now = ctx.clock.now();
  if (operation.op === 'create') {
    const { op: _op, ...draft } = operation;
    const id = draft.id ?? ctx.ids.next();
    const change = decideCreation({ id, workspace_id: tasks.workspaceId, draft }, now, zones);
    if ((await tasks.find(id)) || (await tasks.purgedAtVersion(id)) > 0) throw idTaken();
    return applyInPlace(tasks, change);
  }
  const { id } = operation;
  const task = await tasks.find(id);
  if (!task) throw notFound('task');
  await checkStateIn(tasks, task, expectedByBody(operation));
  if (operation.op === 'delete') {
    const { scope } = operation;
    return deleteSubtree(tasks, task, now, scope === undefined ? {} : { scope });
  }
  if (operation.op === 'move') {
    if (task.deleted_at !== null) throw notFound('task');
    const { op: _op, id: _id, version: _version, after, before, ...patch } = operation;
    return placeTask({ tasks, places, task, patch, now, zones }, { after, before });
  }
  if (operation.op === 'restore') return restoreSubtree(tasks, task, now, zones);
  const change = decide(
    task,
    operation.op === 'patch' ? patchOf(operation) : { kind: operation.op },
    now,
    zones,
  );
  if (change) await applyInPlace(tasks, change);
}

type PatchOperation = Extract<BulkOperation, { op: 'patch' }>;

function patchOf({
  op: _op,
  id: _id,
  version: _version,
  history_id: _historyId,
  ...patch
}: PatchOperation): Command {
  return { kind: 'patch', patch };
}

function atOperation(error: unknown, index: number): unknown {
  if (!(error instanceof AppError)) return error;
  const path = `operations/${index}`;
  const errors = error.errors?.map(({ field, message }) => ({ field: `${path}/${field}`, message })) ?? [
    { field: path, message: error.message },
  ];
  return new AppError(error.code, `${path}: ${error.message}`, {
    status: error.status,
    errors,
    ...(error.current ? { current: error.current } : {}),
  });
}
