import { sql, type Kysely, type Transaction } from 'kysely';
import type { Task } from '@rondo/shared/contracts/task';
import type { ActorSource } from '@rondo/shared/contracts/task-event';
import { instantOfDate } from './due-instant.ts';
import type { Change } from './task.ts';
import type { Tables } from './tables.ts';

/** The first answer to a request with an Idempotency-Key, to be kept in the statement of its change. */
export type KeptAnswer = {
  person_id: string;
  route: string;
  key: string;
  request_hash: Buffer;
  status: number;
  response: string;
};

/** A decided change with everything that its event needs. */
export type PendingChange = Change & {
  event_id: string;
  actor_id: string;
  actor_source: ActorSource;
  /** One request's changes share it: undo takes them back together. */
  command_id: string;
  /** The command that this one takes back. */
  undoes?: string;
  traceparent: string;
  /** The task after the change as JSON text, made once for row, event and answer. */
  task_json: string;
  answer?: KeptAnswer;
};

/**
 * Writes changes in one statement: each one's task where it is still at the version before (or absent, for a creation),
 * then the heads of the workspaces in the order of their ids, then the events with the next seqs, then kept answers.
 * No two changes may be of one task.
 * @returns the seq of each change, by its index; a change without one found another version and left nothing behind
 * @throws the unique violation (23505) of an idempotency key that is taken; nothing at all is written then
 */
export async function persist(
  database: Kysely<Tables> | Transaction<Tables>,
  changes: PendingChange[],
): Promise<(number | undefined)[]> {
  const column = <Value>(valueOf: (change: PendingChange) => Value) =>
    changes.map((change) => valueOf(change));
  const answer = <Value>(valueOf: (kept: KeptAnswer) => Value) =>
    column(({ answer: kept }) => (kept ? valueOf(kept) : null));
  const counted = column(countersOf);

  const { rows } = await sql<{ event_id: string; seq: number }>`
    WITH input AS MATERIALIZED (
      SELECT * FROM unnest(
        ${column(({ after }) => after.workspace_id)}::uuid[], ${column(({ after }) => after.id)}::uuid[],
        ${column(({ after }) => after.version)}::bigint[], ${column(({ task_json }) => task_json)}::json[],
        ${column(dueAt)}::timestamptz[], ${column(({ event_type }) => event_type)}::text[],
        ${column(({ event_id }) => event_id)}::uuid[], ${column(({ actor_id }) => actor_id)}::uuid[],
        ${column(({ actor_source }) => actor_source)}::text[], ${column(({ command_id }) => command_id)}::uuid[],
        ${column(({ undoes }) => undoes ?? null)}::uuid[], ${column(({ after }) => after.updated_at)}::text[],
        ${column(({ changed }) => JSON.stringify(changed))}::json[], ${column(({ traceparent }) => traceparent)}::text[],
        ${counted.map(({ pending }) => pending)}::int[], ${counted.map(({ in_progress }) => in_progress)}::int[],
        ${counted.map(({ complete }) => complete)}::int[], ${counted.map(({ trashed }) => trashed)}::int[],
        ${answer(({ person_id }) => person_id)}::uuid[], ${answer(({ route }) => route)}::text[],
        ${answer(({ key }) => key)}::text[], ${answer(({ request_hash }) => request_hash)}::bytea[],
        ${answer(({ status }) => status)}::smallint[], ${answer(({ response }) => response)}::text[]
      ) WITH ORDINALITY AS given (
        workspace_id, task_id, version, task, due_at, event_type, event_id, actor_id, actor_source, command_id, undoes,
        occurred_at, changed, traceparent, pending, in_progress, complete, trashed,
        person_id, route, key, request_hash, status, response, n
      )
    ), created AS (
      INSERT INTO todo_service.tasks (workspace_id, id, version, task, due_at)
      SELECT workspace_id, task_id, version, task, due_at FROM input WHERE version = 1 ORDER BY workspace_id, task_id
      ON CONFLICT (workspace_id, id) DO NOTHING
      RETURNING workspace_id, id
    ), updated AS (
      UPDATE todo_service.tasks held SET version = input.version, task = input.task, due_at = input.due_at
      FROM input
      WHERE input.version > 1 AND input.event_type <> 'task-purged'
        AND held.workspace_id = input.workspace_id AND held.id = input.task_id AND held.version = input.version - 1
      RETURNING held.workspace_id, held.id
    ), removed AS (
      DELETE FROM todo_service.tasks held USING input
      WHERE input.event_type = 'task-purged'
        AND held.workspace_id = input.workspace_id AND held.id = input.task_id AND held.version = input.version - 1
      RETURNING held.workspace_id, held.id
    ), written AS (
      SELECT * FROM created UNION ALL SELECT * FROM updated UNION ALL SELECT * FROM removed
    ), passed AS MATERIALIZED (
      SELECT input.*, row_number() OVER (PARTITION BY input.workspace_id ORDER BY input.n) AS nth
      FROM input JOIN written ON written.workspace_id = input.workspace_id AND written.id = input.task_id
    ), totals AS MATERIALIZED (
      SELECT workspace_id, count(*) AS changes, sum(pending) AS pending, sum(in_progress) AS in_progress,
             sum(complete) AS complete, sum(trashed) AS trashed
      FROM passed GROUP BY workspace_id ORDER BY workspace_id
    ), heads AS (
      INSERT INTO todo_service.workspaces AS head (id, seq, pending, in_progress, complete, trashed)
      SELECT workspace_id, changes, pending, in_progress, complete, trashed FROM totals ORDER BY workspace_id
      ON CONFLICT (id) DO UPDATE SET
        seq = head.seq + excluded.seq, pending = head.pending + excluded.pending,
        in_progress = head.in_progress + excluded.in_progress, complete = head.complete + excluded.complete,
        trashed = head.trashed + excluded.trashed
      RETURNING id, seq
    ), kept AS (
      INSERT INTO todo_service.idempotency_keys (person_id, route, key, request_hash, status, response)
      SELECT person_id, route, key, request_hash, status, response FROM passed WHERE key IS NOT NULL
      ORDER BY person_id, route, key
    ), logged AS (
      INSERT INTO todo_service.events (workspace_id, seq, event_id, event_type, task_id, version, actor_id, actor_source,
                                       command_id, undoes, occurred_at, changed, payload, traceparent)
      SELECT passed.workspace_id, heads.seq - totals.changes + passed.nth, event_id, event_type, task_id, version, actor_id,
             actor_source, command_id, undoes, occurred_at, changed, task, traceparent
      FROM passed JOIN totals USING (workspace_id) JOIN heads ON heads.id = passed.workspace_id
      ORDER BY passed.workspace_id, passed.nth
      RETURNING seq, event_id
    )
    SELECT event_id, seq FROM logged`.execute(database);

  const seqs = new Map(rows.map(({ event_id, seq }) => [event_id, seq]));
  return changes.map(({ event_id }) => seqs.get(event_id));
}

function dueAt({ after: { due_date: due, time_zone: zone } }: PendingChange): string | null {
  return due === null ? null : instantOfDate(due, zone).toISOString();
}

type Counters = Record<Task['status'] | 'trashed', number>;

/** By how much a change moves its workspace's counts of tasks. */
function countersOf({ before, after, event_type: type }: PendingChange): Counters {
  const counters: Counters = { pending: 0, in_progress: 0, complete: 0, trashed: 0 };
  const placeOf = (task: Task) => (task.deleted_at === null ? task.status : 'trashed');
  if (before) counters[placeOf(before)] -= 1;
  if (type !== 'task-purged') counters[placeOf(after)] += 1;
  return counters;
}
