import { lowestUuid } from '@rondo/shared/database/lowest-uuid';
import { AppError } from '@rondo/shared/errors';
import { createPeriodicWorker, type PeriodicWorker } from '@rondo/shared/workers/periodic';
import { moveFloatingTasks } from '../commands/move-floating-tasks.ts';
import type { TodoContext } from '../context.ts';
import { readUnsettledPeople, settle, type UnsettledPerson } from '../store/unsettled-people.ts';

/** How soon it sees zones that other replicas received, and goes on where a quota stopped it. */
const everyMs = 10_000;
const pageSize = 100;

/**
 * Moves the floating tasks of people whose settings name another zone. A person is looked at again and again until a pass finds
 * nothing and every replica knows the zone, so that neither a kill nor a date that was just resolved in the zone before matters.
 */
export function createFloatingMover(ctx: TodoContext): PeriodicWorker {
  return createPeriodicWorker({
    name: 'move-floating-tasks',
    everyMs,
    processAll: (stopping) => moveForAll(ctx, stopping),
    log: ctx.log,
  });
}

async function moveForAll(ctx: TodoContext, stopping: AbortSignal): Promise<void> {
  for (let after = lowestUuid; !stopping.aborted;) {
    const { people, last } = await readUnsettledPeople(ctx.database, { after, limit: pageSize });
    for (const person of people) await moveFor(ctx, person, stopping);
    if (last === undefined) return;
    after = last;
  }
}

async function moveFor(ctx: TodoContext, person: UnsettledPerson, stopping: AbortSignal): Promise<void> {
  if (stopping.aborted) return;
  try {
    const found = await moveFloatingTasks(ctx, person.workspace_id, stopping);
    if (found === 0 && !stopping.aborted) await settle(ctx.database, person);
  } catch (error) {
    // A quota or a full queue of one person holds up no one else.
    if (!(error instanceof AppError)) throw error;
    ctx.log.warn({ err: error, workspace_id: person.workspace_id }, 'floating tasks wait to be moved');
  }
}
