import type { Task } from '@rondo/shared/contracts/task';
import { AppError } from '@rondo/shared/runtime/errors';
import type { BulkOperation } from '../bulk-operation.ts';
import { findTasks } from '../queries/find-tasks.ts';
import type { CommandRequest } from '../request.ts';
import { decide, type Change } from '../task.ts';
import type { TodoContext } from '../tables.ts';
import { atMostOnce, type CommandAnswer } from './answer.ts';
import { changeTogether } from './change-together.ts';
import { checkVersion } from './change-task.ts';
import { checkParent } from './check-parent.ts';
import { decideCreation } from './create-task.ts';

/**
 * Carries out up to 500 operations in their order, all or none; later ones see what earlier ones did.
 * @throws AppError of the first operation that fails, its fields under `operations/N/`
 */
export function changeInBulk(
  ctx: TodoContext,
  request: CommandRequest,
  operations: BulkOperation[],
): Promise<CommandAnswer> {
  return atMostOnce(ctx, request, () =>
    changeTogether(ctx, request, async () => {
      const { workspace_id } = request.identity;
      const tasks = await findTasks(
        ctx,
        workspace_id,
        operations.flatMap(({ id }) => id ?? []),
      );
      const changes: Change[] = [];
      for (const [index, operation] of operations.entries()) {
        const change = await decideOne(ctx, request, operation, tasks).catch((error: unknown) => {
          throw atOperation(error, index);
        });
        if (!change) continue;
        changes.push(change);
        tasks.set(change.after.id, change.after);
      }
      const touched = [...new Set(changes.map(({ after }) => after.id))].map((id) => tasks.get(id));
      return { changes, answer: { status: 200, body: JSON.stringify({ tasks: touched }) } };
    }),
  );
}

async function decideOne(
  ctx: TodoContext,
  request: CommandRequest,
  operation: BulkOperation,
  tasks: Map<string, Task>,
): Promise<Change | undefined> {
  const { workspace_id } = request.identity;
  if (operation.op === 'create') {
    const { op: _op, ...draft } = operation;
    const change = decideCreation(ctx, workspace_id, draft);
    if (tasks.has(change.after.id))
      throw new AppError('task-id-taken', 'Another task has this id.', { status: 409 });
    if (!isKnownParent(change.after, tasks))
      await checkParent(ctx, workspace_id, change.after.id, change.after.parent_id);
    return change;
  }
  const task = tasks.get(operation.id);
  const { op, id: _id, version, ...patch } = operation;
  if (task && version !== undefined) checkVersion(task, { ...request, expected_version: version });
  const change = decide(task, op === 'patch' ? { kind: 'patch', patch } : { kind: op }, ctx.clock.now());
  if (change && change.after.parent_id !== task?.parent_id && !isKnownParent(change.after, tasks)) {
    await checkParent(ctx, workspace_id, change.after.id, change.after.parent_id);
  }
  return change;
}

/** A parent that this command created a moment ago is not stored yet. */
function isKnownParent({ parent_id: parent }: Task, tasks: Map<string, Task>): boolean {
  const known = parent === null ? undefined : tasks.get(parent);
  return known !== undefined && known.version === 1 && known.deleted_at === null;
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
