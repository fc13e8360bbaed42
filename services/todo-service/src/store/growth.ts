import { sql, type Kysely, type Transaction } from 'kysely';
import type { AppError } from '@rondo/shared/errors';
import { quotaExceeded, quotas, type Usage } from '../domain/quotas.ts';
import { rankOfNumber } from '../domain/rank.ts';
import type { Change } from '../domain/task.ts';
import { VersionMoved } from './version-moved.ts';
import type { Tables } from './tables.ts';

/**
 * What a change adds to its workspace, together with the changes of the same workspace before it in its statement. Absent if it
 * adds nothing, or may not be refused.
 */
export type Growth = { tasks?: number; bytes?: number; events?: number; eventBytes?: number };

/** A change with the stored text of its task, and the kept answer. */
type StoredChange = Change & { taskJson: string; answer?: { response: string } };

/**
 * Today as SQL: the day whose counts a workspace has. The clock of the database is the same for all replicas, so a day that isn't
 * today is over, or was counted while that clock was ahead: either way its counts begin again.
 */
export const today = "(now() AT TIME ZONE 'UTC')::date";

/** What a row takes beside its text, about. */
const bytesOfRow = 256;

/** Never refused for a quota: they make room, or end what is there. */
const alwaysAllowed = new Set(['task-deleted', 'task-skipped', 'task-purged']);

/** By how many bytes a change makes the stored task longer; negative if it becomes shorter. */
export function bytesAdded({ before, after, taskJson, event_type: type }: StoredChange): number {
  if (!before) return Buffer.byteLength(taskJson) + (after.rank === undefined ? bytesOfPlace : bytesOfNumber);
  const left = type === 'task-purged' ? 0 : bytesOfText(taskJson, after);
  return left - bytesOfText(JSON.stringify(before), before);
}

/** A number counts as one of seven digits, because that of a creation isn't known yet. */
const digitsOfNumber = 7;
const bytesOfNumber = ',"number":'.length + digitsOfNumber;
const bytesOfPlace = bytesOfNumber + `,"rank":"${rankOfNumber(1)}"`.length;

function bytesOfText(text: string, { number }: StoredChange['after']): number {
  return Buffer.byteLength(text) + (number === undefined ? 0 : digitsOfNumber - String(number).length);
}

/** How many bytes a change writes as an event, and as a kept answer. */
export function eventBytes({ taskJson, answer }: StoredChange): number {
  return Buffer.byteLength(taskJson) + (answer ? bytesOfAnswer(answer.response) : 0);
}

export function bytesOfAnswer(response: string): number {
  return bytesOfRow + Buffer.byteLength(response);
}

/** The growth of each change of a statement, by index. @param bytes of each change, by index */
export function growthOf(changes: readonly StoredChange[], bytes: readonly number[]): Growth[] {
  const sums = new Map<string, Required<Growth>>();
  return changes.map((change, index) => {
    const { after, before, event_type: type } = change;
    const sum = sums.get(after.workspace_id) ?? { tasks: 0, bytes: 0, events: 0, eventBytes: 0 };
    sums.set(after.workspace_id, sum);
    const added = bytes[index] ?? 0;
    sum.bytes += added;
    sum.events += 1;
    sum.eventBytes += eventBytes(change);
    if (!before) sum.tasks += 1;
    if (alwaysAllowed.has(type)) return {};
    return {
      events: sum.events,
      eventBytes: sum.eventBytes,
      ...(before ? {} : { tasks: sum.tasks }),
      ...(added > 0 ? { bytes: sum.bytes } : {}),
    };
  });
}

/** Why a change of a workspace was refused, after `growthOf`. */
export async function whyRefused(
  database: Kysely<Tables> | Transaction<Tables>,
  workspaceId: string,
  { tasks = 0, bytes = 0, events = 0, eventBytes: written = 0 }: Growth,
): Promise<AppError> {
  const used = await readUsage(database, workspaceId);
  const more: [keyof Usage, number][] = [
    ['tasks', tasks],
    ['bytes', bytes],
    ['events', events],
    ['event-bytes', written],
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
    SELECT pending + in_progress + complete + trashed AS tasks, bytes, events_of_day AS events,
           event_bytes_of_day AS "event-bytes", imports_of_day AS imports
    FROM todo_service.workspaces WHERE id = ${workspaceId}`.execute(database);
  return rows[0] ?? { tasks: 0, bytes: 0, events: 0, 'event-bytes': 0, imports: 0 };
}

/**
 * Counts a calendar import of today.
 * @throws AppError 403 `quota-exceeded` if the workspace had as many as are allowed
 */
export async function countImport(database: Kysely<Tables>, workspaceId: string): Promise<void> {
  const { rows } = await sql`
    INSERT INTO todo_service.workspaces AS head (id, day, imports_of_day)
    VALUES (${workspaceId}, ${sql.raw(today)}, 1)
    ON CONFLICT (id) DO UPDATE SET
      day = excluded.day,
      events_of_day = CASE WHEN head.day = excluded.day THEN head.events_of_day ELSE 0 END,
      event_bytes_of_day = CASE WHEN head.day = excluded.day THEN head.event_bytes_of_day ELSE 0 END,
      imports_of_day = CASE WHEN head.day = excluded.day THEN head.imports_of_day ELSE 0 END + 1
    WHERE head.day <> excluded.day OR head.imports_of_day < ${quotas.imports}
    RETURNING id`.execute(database);
  if (rows.length === 0) throw quotaExceeded('imports', quotas.imports);
}

/**
 * Counts bytes that no change of a task writes.
 * @param added negative if they were removed
 * @throws AppError 403 `quota-exceeded`
 */
export async function countBytes(
  trx: Transaction<Tables>,
  workspaceId: string,
  added: number,
): Promise<void> {
  if (added === 0) return;
  const { rows } = await sql`
    UPDATE todo_service.workspaces SET bytes = bytes + ${added}
    WHERE id = ${workspaceId} AND (${added} < 0 OR bytes + ${added} <= ${quotas.bytes}) RETURNING id`.execute(
    trx,
  );
  if (rows.length === 0) throw quotaExceeded('bytes', (await readUsage(trx, workspaceId)).bytes);
}
