import { sql, type Kysely, type Transaction } from 'kysely';
import type { AppError } from '@rondo/shared/errors';
import { quotaExceeded, quotas, type Usage } from '../domain/quotas.ts';
import type { Change } from '../domain/task.ts';
import { VersionMoved } from './version-moved.ts';
import type { Tables } from './tables.ts';

/**
 * What a change adds to its workspace, together with the changes of the same workspace before it in its statement. Absent if it
 * adds nothing, or may not be refused.
 */
export type Growth = { more_tasks?: number; more_bytes?: number; more_events?: number };

/** A change with the stored text of its task. */
type StoredChange = Change & { taskJson: string };

/** Never refused for a quota: they make room, or end what is there. */
const alwaysAllowed = new Set(['task-deleted', 'task-skipped', 'task-purged']);

/** By how many bytes a change makes the stored task longer; negative if it becomes shorter. */
export function bytesAdded({ before, taskJson, event_type: type }: StoredChange): number {
  const after = type === 'task-purged' ? 0 : Buffer.byteLength(taskJson);
  return after - (before ? Buffer.byteLength(JSON.stringify(before)) : 0);
}

/** The growth of each change of a statement, by index. @param bytes of each change, by index */
export function growthOf(changes: readonly StoredChange[], bytes: readonly number[]): Growth[] {
  const sums = new Map<string, Required<Growth>>();
  return changes.map(({ after, before, event_type: type }, index) => {
    const sum = sums.get(after.workspace_id) ?? { more_tasks: 0, more_bytes: 0, more_events: 0 };
    sums.set(after.workspace_id, sum);
    const added = bytes[index] ?? 0;
    sum.more_bytes += added;
    sum.more_events += 1;
    if (!before) sum.more_tasks += 1;
    if (alwaysAllowed.has(type)) return {};
    return {
      more_events: sum.more_events,
      ...(before ? {} : { more_tasks: sum.more_tasks }),
      ...(added > 0 ? { more_bytes: sum.more_bytes } : {}),
    };
  });
}

/** Why a change of a workspace was refused, after `growthOf`. */
export async function whyRefused(
  database: Kysely<Tables> | Transaction<Tables>,
  workspaceId: string,
  { more_tasks: tasks = 0, more_bytes: bytes = 0, more_events: events = 0 }: Growth,
): Promise<AppError> {
  const used = await readUsage(database, workspaceId);
  const more: [keyof Usage, number][] = [
    ['tasks', tasks],
    ['bytes', bytes],
    ['events', events],
  ];
  const [name] = more.find(([name, added]) => added > 0 && used[name] + added > quotas[name]) ?? [];
  // Another transaction has made room since.
  return name === undefined ? new VersionMoved() : quotaExceeded(name, used[name]);
}

async function readUsage(
  database: Kysely<Tables> | Transaction<Tables>,
  workspaceId: string,
): Promise<Usage> {
  const { rows } = await sql<Usage>`
    SELECT pending + in_progress + complete + trashed AS tasks, bytes, events_of_day AS events, imports_of_day AS imports
    FROM todo_service.workspaces WHERE id = ${workspaceId}`.execute(database);
  return rows[0] ?? { tasks: 0, bytes: 0, events: 0, imports: 0 };
}

/**
 * Counts a calendar import of today.
 * @throws AppError 403 `quota-exceeded` if the workspace had as many as are allowed
 */
export async function countImport(database: Kysely<Tables>, workspaceId: string, now: Date): Promise<void> {
  const { rows } = await sql`
    INSERT INTO todo_service.workspaces AS head (id, day, imports_of_day)
    VALUES (${workspaceId}, ${now.toISOString().slice(0, 10)}::date, 1)
    ON CONFLICT (id) DO UPDATE SET
      day = greatest(head.day, excluded.day),
      events_of_day = CASE WHEN head.day >= excluded.day THEN head.events_of_day ELSE 0 END,
      imports_of_day = CASE WHEN head.day >= excluded.day THEN head.imports_of_day ELSE 0 END + 1
    WHERE head.day < excluded.day OR head.imports_of_day < ${quotas.imports}
    RETURNING id`.execute(database);
  if (rows.length === 0) throw quotaExceeded('imports', quotas.imports);
}
