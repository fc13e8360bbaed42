import type { Task } from '@rondo/shared/contracts/task';
import { AppError, notFound } from '@rondo/shared/errors';
import type { BulkOperation } from '../domain/bulk-operation.ts';
import type { CommandRequest } from '../routes/command-context.ts';
import { decide, type Command } from '../domain/task.ts';
import type { TodoContext } from '../context.ts';
import { atMostOnce, type CommandAnswer } from '../store/idempotency.ts';
import { checkVersion } from '../store/change-task.ts';
import { changeTogether } from '../store/apply-command.ts';
import { decideCreation } from './create-task.ts';
import { applyInPlace, deleteFamily, restoreFamily } from '../store/subtree.ts';
import type { WorkingSet } from '../store/working-set.ts';

/**
 * Carries out up to 500 operations in their order, all or none; later ones see what earlier ones did. The answer has
 * each task that changed, subtasks that went along included.
 * @throws AppError of the first operation that fails, its fields under `operations/N/`
 */
export function changeInBulk(
  ctx: TodoContext,
  request: CommandRequest,
  operations: BulkOperation[],
): Promise<CommandAnswer> {
  return atMostOnce(ctx, request, () =>
    changeTogether(ctx, request, async (tasks) => {
      await tasks.load(operations.flatMap(({ id }) => id ?? []));
      for (const [index, operation] of operations.entries()) {
        await carryOut(ctx, request, operation, tasks).catch((error: unknown) => {
          throw atOperation(error, index);
        });
      }
      const touched: (Task | undefined)[] = [];
      for (const id of new Set(tasks.changes.map(({ after }) => after.id)))
        touched.push(await tasks.find(id));
      return { answer: { status: 200, body: JSON.stringify({ tasks: touched }) } };
    }),
  );
}

async function carryOut(
  ctx: TodoContext,
  request: CommandRequest,
  operation: BulkOperation,
  tasks: WorkingSet,
): Promise<void> {
  if (operation.op === 'create') {
    const { op: _op, ...draft } = operation;
    const change = decideCreation(ctx, tasks.workspace_id, draft);
    if (await tasks.find(change.after.id))
      throw new AppError('task-id-taken', 'Another task has this id.', { status: 409 });
    return applyInPlace(tasks, change);
  }
  const { id, version } = operation;
  const task = await tasks.find(id);
  if (!task) throw notFound('task');
  if (version !== undefined) checkVersion(task, { ...request, expected_version: version });
  const now = ctx.clock.now();
  if (operation.op === 'delete') return deleteFamily(tasks, task, now, operation.scope);
  if (operation.op === 'restore') return restoreFamily(tasks, task, now);
  const change = decide(task, operation.op === 'patch' ? patchOf(operation) : { kind: operation.op }, now);
  if (change) await applyInPlace(tasks, change);
}

type PatchOperation = Extract<BulkOperation, { op: 'patch' }>;

function patchOf({ op: _op, id: _id, version: _version, ...patch }: PatchOperation): Command {
  return { kind: 'patch', patch };
}

function atOperation(error: unknown, index: number): unknown {
  if (!(error instanceof AppError)) return error;
  const place = `operations/${index}`;
  const errors = error.errors?.map(({ field, message }) => ({ field: `${place}/${field}`, message })) ?? [
    { field: place, message: error.message },
  ];
  return new AppError(error.code, `${place}: ${error.message}`, {
    status: error.status,
    errors,
    ...(error.current ? { current: error.current } : {}),
  });
}
