import { lowestUuid } from '@rondo/shared/database/lowest-uuid';
import { createPeriodicWorker, type PeriodicWorker } from '@rondo/shared/workers/periodic';
import { moveFloatingTasks, type Moved } from '../commands/move-floating-tasks.ts';
import type { TodoContext } from '../context.ts';
import { readUnsettledPeople, settle, type UnsettledPerson } from '../store/unsettled-people.ts';

/** How soon it sees zones that other replicas received, and goes on where a quota stopped it. */
const everyMs = 10_000;
const pageSize = 100;

/**
 * Moves the floating tasks of people whose settings name another zone, a batch of each person in turn. A person is looked at again and
 * again until a pass finds nothing and every replica knows the zone, so that neither a kill nor a date that was just resolved in the
 * zone before matters.
 */
export function createFloatingMover(ctx: TodoContext): PeriodicWorker {
  return createPeriodicWorker({
    name: 'move-floating-tasks',
    everyMs,
    processAll: (stopping) => moveForAll(ctx, stopping),
    log: ctx.log,
  });
}

/** How far a pass through the tasks of a person is. `last`: undefined after the end. */
type Pass = Moved & { commandId: string };

async function moveForAll(ctx: TodoContext, stopping: AbortSignal): Promise<void> {
  const passes = new Map<string, Pass>();
  for (let isMoving = true; isMoving && !stopping.aborted;) isMoving = await takeTurns(ctx, passes, stopping);
}

/** Moves a batch for each person whose pass is not at its end. @returns whether one is not */
async function takeTurns(
  ctx: TodoContext,
  passes: Map<string, Pass>,
  stopping: AbortSignal,
): Promise<boolean> {
  let isMoving = false;
  for (let after = lowestUuid; !stopping.aborted;) {
    const { people, last } = await readUnsettledPeople(ctx.database, { after, limit: pageSize });
    for (const person of people) {
      const { workspace_id: id } = person;
      const pass = passes.get(id) ?? { found: 0, last: lowestUuid, commandId: ctx.ids.next() };
      if (pass.last === undefined || stopping.aborted) continue;
      passes.set(id, await moveFor(ctx, person, pass));
      isMoving ||= passes.get(id)?.last !== undefined;
    }
    if (last === undefined) break;
    after = last;
  }
  return isMoving;
}

async function moveFor(ctx: TodoContext, person: UnsettledPerson, pass: Pass): Promise<Pass> {
  const { workspace_id: id } = person;
  try {
    const { found, last } = await moveFloatingTasks(ctx, id, pass);
    if (last === undefined && pass.found + found === 0) await settle(ctx.database, person);
    return { ...pass, found: pass.found + found, last };
  } catch (error) {
    // What fails for one person, such as a quota, holds up no one else.
    ctx.log.warn({ err: error, workspace_id: id }, 'floating tasks wait to be moved');
    return { ...pass, last: undefined };
  }
}
