import { sql, type Transaction } from 'kysely';
import type { Tables } from './tables.ts';
import type { WorkingSet } from './working-set.ts';

/** A task as it is ordered in lists and on boards. */
export type Placed = { id: string; rank: string };

export type Side = 'after' | 'before';

/** The order of the live tasks of a workspace, as one command leaves them. Nothing else may move tasks meanwhile. */
export type Places = {
  /** The live tasks behind or before one, the closest first. @param except the id of one to leave out */
  nextTo(to: Placed, side: Side, wanted: { count: number; except: string }): Promise<Placed[]>;
};

/** A place that is known. */
type Entry = Placed & {
  /** Whether all tasks between it and the next known place are known too. */
  isNextKnown: boolean;
  /** False for the place of a task that has moved away, which only ends what is known. */
  isTask: boolean;
};

/** A query reads a few more tasks than are wanted, for the moves that follow. */
const minRead = 8;

/**
 * Keeps what a command read of the order, and what it changed in it. A move costs one query of a few rows at most, and
 * none if its neighbours are known, however many moves came before it.
 */
export function createPlaces(trx: Transaction<Tables>, tasks: WorkingSet): Places {
  /** In their order, after one that is before all. */
  const entries: Entry[] = [{ id: '', rank: '', isNextKnown: false, isTask: false }];
  const byId = new Map<string, Entry>();
  /** Tasks that the command has changed: their stored places don't count. */
  const changed = new Set<string>();
  let taken = 0;

  function takeChanges(): void {
    for (; taken < tasks.changes.length; taken += 1) {
      const { id, rank, deleted_at: deletedAt } = tasks.changes[taken]?.after ?? {};
      if (id === undefined) continue;
      changed.add(id);
      remove(id);
      if (rank !== undefined && deletedAt === null) add({ id, rank }, true);
    }
  }

  function add({ id, rank }: Placed, isTask: boolean): Entry {
    const index = indexOf(entries, { id, rank });
    const known = entries[index];
    const isThere = known !== undefined && compare(known, { id, rank }) === 0;
    const { isNextKnown = false } = entries[index - 1] ?? {};
    const entry = isThere ? known : { id, rank, isNextKnown, isTask };
    if (!isThere) entries.splice(index, 0, entry);
    if (!isTask) return entry;
    entry.isTask = true;
    byId.set(id, entry);
    return entry;
  }

  function remove(id: string): void {
    const entry = byId.get(id);
    if (!entry) return;
    byId.delete(id);
    entry.isTask = false;
    const index = indexOf(entries, entry);
    if (entries[index - 1]?.isNextKnown === entry.isNextKnown) entries.splice(index, 1);
  }

  /** Reads the next tasks on one side of a place. */
  async function read(from: Entry, side: Side, limit: number): Promise<void> {
    const [beyond, order] = side === 'after' ? [sql`>`, sql`ASC`] : [sql`<`, sql`DESC`];
    const { rows } = await sql<Placed>`
      SELECT id, rank FROM todo_service.tasks
      WHERE workspace_id = ${tasks.workspaceId} AND deleted_at IS NULL AND (rank, id) ${beyond} (${from.rank}, ${from.id}::uuid)
      ORDER BY rank ${order}, id ${order} LIMIT ${limit}`.execute(trx);
    for (const row of rows) if (!changed.has(row.id)) add(row, true);
    const last = rows.at(-1);
    const end = last && rows.length === limit ? add(last, !changed.has(last.id)) : undefined;
    if (side === 'after') setKnown(from, end);
    else setKnown(end ?? entries[0], from);
  }

  /** Notes that all tasks between two places are known. Places between them without a task are of no use then. */
  function setKnown(from: Entry | undefined, to: Entry | undefined): void {
    if (!from) return;
    const [start, end] = [indexOf(entries, from), to ? indexOf(entries, to) : entries.length];
    const between = entries.slice(start + 1, end).filter(({ isTask }) => isTask);
    for (const entry of [from, ...between]) entry.isNextKnown = true;
    entries.splice(start + 1, end - start - 1, ...between);
  }

  /** The next known place, after reading it if necessary. @returns undefined at the end of the order */
  async function step(entry: Entry, side: Side, missing: number): Promise<Entry | undefined> {
    const next = () => {
      const index = indexOf(entries, entry);
      if (side === 'after') return { isKnown: entry.isNextKnown, entry: entries[index + 1] };
      return { isKnown: entries[index - 1]?.isNextKnown ?? true, entry: entries[index - 1] };
    };
    if (!next().isKnown) await read(entry, side, Math.max(missing, minRead));
    return next().entry;
  }

  return {
    async nextTo(to, side, { count, except }) {
      takeChanges();
      const found: Placed[] = [];
      for (
        let entry = await step(add(to, true), side, count);
        entry;
        entry = await step(entry, side, count - found.length)
      ) {
        if (entry.isTask && entry.id !== except) found.push({ id: entry.id, rank: entry.rank });
        if (found.length === count) break;
      }
      return found;
    },
  };
}

/** The order of lists and boards. PostgreSQL compares ranks and ids by their bytes, too. */
export function compare(left: Placed, right: Placed): number {
  if (left.rank !== right.rank) return left.rank < right.rank ? -1 : 1;
  if (left.id === right.id) return 0;
  return left.id < right.id ? -1 : 1;
}

/** The index of the first place that is not before another one. */
function indexOf(places: readonly Placed[], place: Placed): number {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = places[middle];
    if (at && compare(at, place) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
