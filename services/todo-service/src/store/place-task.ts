import type { Task, TaskPatch } from '@rondo/shared/contracts/task';
import { invalidInput } from '@rondo/shared/errors';
import { inSlices } from '@rondo/shared/workers/slices';
import type { ZonesOfPerson } from '../domain/floating.ts';
import { rankBetween, ranksBetween, wholeAfter, wholeOf } from '../domain/rank.ts';
import { decide } from '../domain/task.ts';
import { compare, type Placed, type Places, type Side } from './places.ts';
import { applyInPlace } from './subtree.ts';
import { commandLimits, tooLarge, type WorkingSet } from './working-set.ts';

/** Where a task goes: behind one task, before another one, or between both. */
export type Place = { after?: string | undefined; before?: string | undefined };

type Placing = {
  tasks: WorkingSet;
  /** Those of the whole command. */
  places: Places;
  /** The task to move. */
  task: Task;
  /** What else changes: its list, column or parent. */
  patch: TaskPatch;
  now: Date;
  zones: ZonesOfPerson;
};

/**
 * Gives a task a rank between its neighbours. If there is none, the tasks around them get evenly spaced ranks.
 * @throws AppError 422 if a neighbour is missing, in the trash, without a rank, or the task itself; `command-too-large`
 */
export async function placeTask(placing: Placing, { after, before }: Place): Promise<void> {
  if (after === undefined && before === undefined)
    throw invalidInput([{ field: 'after', message: 'is missing, and so is before' }]);
  const behind = await neighbourOf(placing, 'after', after);
  const ahead = await neighbourOf(placing, 'before', before);
  const isBetween = behind !== undefined && ahead !== undefined && compare(behind, ahead) < 0;
  const lower = behind ?? (ahead && (await closest(placing, ahead, 'before')));
  const upper = isBetween || !behind ? ahead : await closest(placing, behind, 'after');
  const rank = rankBetween(lower?.rank, upper?.rank);
  if (rank !== undefined) return applyRank(placing, placing.task, rank);
  await spreadAround(placing, lower, upper);
}

async function neighbourOf(
  { tasks, task }: Placing,
  field: Side,
  id: string | undefined,
): Promise<Placed | undefined> {
  if (id === undefined) return undefined;
  const refuse = (message: string) => invalidInput([{ field, message }]);
  if (id === task.id) throw refuse('is the task itself');
  const { rank, deleted_at: deletedAt } = (await tasks.find(id)) ?? { deleted_at: '' };
  if (deletedAt !== null) throw refuse('is not one of your tasks');
  if (rank === undefined) throw refuse('has no place yet. Move the task in another request');
  return { id, rank };
}

/** The closest live task behind or before one, other than the moved task, as this command leaves them. */
async function closest(placing: Placing, to: Placed, side: Side): Promise<Placed | undefined> {
  return (await nextTo(placing, to, side, 1))[0];
}

/** The live tasks behind or before one, as `closest`: the closest first. */
function nextTo({ places, task }: Placing, to: Placed, side: Side, count: number): Promise<Placed[]> {
  return places.nextTo(to, side, { count, except: task.id });
}

/** How many tasks on each side of a place get other ranks: the fewest that make room for the moved one. */
const reaches = [20, 200, commandLimits.tasks / 2 - 2];

/** Spaces the tasks around a place evenly, with the moved one between its neighbours. @throws AppError 422 `command-too-large` */
async function spreadAround(
  placing: Placing,
  lower: Placed | undefined,
  upper: Placed | undefined,
): Promise<void> {
  const { tasks, task } = placing;
  const { ids, ranks } = await roomBetween(placing, lower, upper);
  await tasks.load(ids);
  await inSlices(ids.entries(), async ([index, id]) => {
    const one = await tasks.find(id);
    const rank = ranks[index];
    if (one && rank !== undefined)
      await applyRank({ ...placing, patch: id === task.id ? placing.patch : {} }, one, rank);
  });
}

type Room = { ids: string[]; ranks: string[] };

/** The tasks around a place in their order, the moved one included, and the ranks that they get. */
async function roomBetween(
  placing: Placing,
  lower: Placed | undefined,
  upper: Placed | undefined,
): Promise<Room> {
  const rank = (lower ?? upper)?.rank ?? null;
  const [from, to] = [rank === null ? null : wholeOf(rank), rank === null ? null : wholeAfter(rank)];
  for (const reach of reaches) {
    const below = await edgeOf(placing, lower, 'before', { reach, end: from });
    const above = await edgeOf(placing, upper, 'after', { reach, end: to });
    const ids = [...below.inner.toReversed(), placing.task, ...above.inner].map(({ id }) => id);
    const ranks = ranksBetween(below.end, above.end, ids.length);
    if (ranks) return { ids, ranks };
  }
  throw tooLarge();
}

/** The tasks with the same whole number on one side of a place, the closest first, and the rank beyond the last of them. */
async function edgeOf(
  placing: Placing,
  neighbour: Placed | undefined,
  side: Side,
  { reach, end }: { reach: number; end: string | null },
): Promise<{ inner: Placed[]; end: string | null }> {
  const isWithin = ({ rank }: Placed) => end === null || (side === 'after' ? rank < end : rank >= end);
  if (!neighbour || !isWithin(neighbour)) return { inner: [], end };
  const inner = [neighbour, ...(await nextTo(placing, neighbour, side, reach))].filter(isWithin);
  const beyond = inner.length > reach ? inner.pop() : undefined;
  return { inner, end: beyond?.rank ?? end };
}

async function applyRank({ tasks, patch, now, zones }: Placing, task: Task, rank: string): Promise<void> {
  const change = decide(task, { kind: 'place', rank, patch }, now, zones);
  if (change) await applyInPlace(tasks, change);
}
