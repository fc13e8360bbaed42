import { sql, type Kysely, type RawBuilder, type Transaction } from 'kysely';
import type { Task } from '@rondo/shared/contracts/task';
import type { ActorSource } from '@rondo/shared/contracts/actor';
import { plannedEachTime } from '@rondo/shared/database/database';
import { quotas } from '../domain/quotas.ts';
import type { Change } from '../domain/task.ts';
import type { DerivedColumns } from './derived-columns.ts';
import { bytesAdded, eventBytes, growthOf, type Growth } from './growth.ts';
import type { Tables } from './tables.ts';

/** The first answer to a request with an Idempotency-Key, stored by the statement that writes the change. */
export type KeptAnswer = Omit<Tables['todo_service.idempotency_keys'], 'created_at'>;

/** A decided change with what its event needs. */
export type PendingChange = Change & {
  event_id: string;
  actor_id: string;
  actor_source: ActorSource;
  /** Shared by all changes of a command: undo reverts them together. */
  command_id: string;
  /** The command that this one undoes. */
  undoes?: string;
  traceparent: string;
  /** The zone of the person who changes the task, if it is known. */
  time_zone: string | null;
  /** The task after the change as JSON text, serialised once for row, event and answer. */
  taskJson: string;
  columns: DerivedColumns;
  answer?: KeptAnswer;
};

/**
 * What became of a change: its seq; undefined if the task was at another version; or its growth, if the workspace has used up a
 * quota (`whyRefused` tells which). Nothing is written for the latter two.
 */
export type Outcome = number | undefined | Growth;

/**
 * Writes changes in one statement: each task if it is still at the version before (or absent, for a creation), then the
 * rows of the workspaces in id order, then the events with the next seqs, then the answers. At most one change per task.
 * @returns the outcome of each change, by index
 * @throws unique violation (23505) if an idempotency key is taken; nothing at all is written then
 */
export async function persist(
  database: Kysely<Tables> | Transaction<Tables>,
  changes: PendingChange[],
): Promise<Outcome[]> {
  const isCreationsOnly = changes.every(({ event_type }) => event_type === 'task-created');
  const [upTo, from] = isCreationsOnly ? creationStatement : changeStatement;
  const bytes = changes.map((change) => bytesAdded(change));
  const growths = growthOf(changes, bytes);
  const input = inputJson(changes, bytes, growths);
  const { rows } = await sql<{ event_id: string; seq: number | null }>`${upTo}${input}${from}`.execute(
    database,
  );
  const seqs = new Map(rows.map(({ event_id, seq }) => [event_id, seq]));
  return changes.map(({ event_id }, index) => {
    const seq = seqs.get(event_id);
    return seq === null ? growths[index] : seq;
  });
}

/** The statement; `$input` is its one parameter, the changes as JSON. */
const statement = (changedRows: string, unionOfChanged: string) => `
    WITH given AS MATERIALIZED (
      SELECT given.*, coalesce(
        head.tasks + more_tasks > ${quotas.tasks} OR head.bytes + more_bytes > ${quotas.bytes}
        OR CASE WHEN head.day >= left(occurred_at, 10)::date THEN head.events_of_day ELSE 0 END + more_events
           > ${quotas.events}
        OR CASE WHEN head.day >= left(occurred_at, 10)::date THEN head.event_bytes_of_day ELSE 0 END + more_written
           > ${quotas['event-bytes']}, false) AS is_refused
      FROM json_to_recordset($input::json) AS given (
        n int, workspace_id uuid, task_id uuid, version bigint, task json, due_at timestamptz, due_on date,
        title_key text, search tsvector, event_type text, event_id uuid, actor_id uuid, actor_source text,
        command_id uuid, undoes uuid, occurred_at text, changed json, traceparent text, time_zone text,
        pending int, in_progress int, complete int, trashed int, bytes int, event_bytes int, more_tasks int, more_bytes bigint,
        more_events int, more_written bigint,
        person_id uuid, route text, key text, request_hash text, status smallint, response text
      ) LEFT JOIN LATERAL (
        SELECT pending + in_progress + complete + trashed AS tasks, bytes, day, events_of_day, event_bytes_of_day
        FROM todo_service.workspaces WHERE id = given.workspace_id LIMIT 1
      ) head ON true
    ), input AS MATERIALIZED (
      SELECT * FROM given WHERE NOT is_refused
    ), documents AS MATERIALIZED (
      SELECT input.workspace_id, task_id, version, due_at, due_on, title_key, search, event_type, task, held.*
      FROM input CROSS JOIN LATERAL json_to_record(task) AS held (
        status text, priority smallint, list text, labels jsonb, parent_id uuid, created_at text, deleted_at text,
        updated_at timestamptz, completed_at timestamptz
      )
    ), created AS (
      INSERT INTO todo_service.tasks (workspace_id, id, version, task, due_at, due_on, title_key, search, status, priority,
                                      list, labels, parent_id, created_at, deleted_at, updated_at, completed_at)
      SELECT workspace_id, task_id, version, task, due_at, due_on, title_key, search, status, priority, list, labels,
             parent_id, created_at, deleted_at, updated_at, completed_at
      FROM documents WHERE event_type = 'task-created' ORDER BY workspace_id, task_id
      ON CONFLICT (workspace_id, id) DO NOTHING
      RETURNING workspace_id, id
    )${changedRows}, written AS (
      SELECT * FROM created ${unionOfChanged}
    ), passed AS MATERIALIZED (
      SELECT input.*, row_number() OVER (PARTITION BY input.workspace_id ORDER BY input.n) AS nth,
             count(*) OVER (PARTITION BY input.workspace_id) AS changes
      FROM input JOIN written ON written.workspace_id = input.workspace_id AND written.id = input.task_id
    ), heads AS (
      INSERT INTO todo_service.workspaces AS head (id, seq, pending, in_progress, complete, trashed, bytes, day,
                                                   events_of_day, event_bytes_of_day)
      SELECT workspace_id, count(*), sum(pending), sum(in_progress), sum(complete), sum(trashed), sum(bytes),
             max(left(occurred_at, 10))::date, count(*), sum(event_bytes)
      FROM passed GROUP BY workspace_id ORDER BY workspace_id
      ON CONFLICT (id) DO UPDATE SET
        seq = head.seq + excluded.seq, pending = head.pending + excluded.pending,
        in_progress = head.in_progress + excluded.in_progress, complete = head.complete + excluded.complete,
        trashed = head.trashed + excluded.trashed, bytes = head.bytes + excluded.bytes,
        day = greatest(head.day, excluded.day),
        events_of_day = CASE WHEN head.day >= excluded.day THEN head.events_of_day ELSE 0 END + excluded.events_of_day,
        event_bytes_of_day = CASE WHEN head.day >= excluded.day THEN head.event_bytes_of_day ELSE 0 END
                             + excluded.event_bytes_of_day,
        imports_of_day = CASE WHEN head.day >= excluded.day THEN head.imports_of_day ELSE 0 END
      RETURNING id, seq
    ), kept AS (
      INSERT INTO todo_service.idempotency_keys (person_id, route, key, request_hash, status, response)
      SELECT person_id, route, key, decode(request_hash, 'hex'), status, response FROM passed WHERE key IS NOT NULL
      ORDER BY person_id, route, key
    ), logged AS (
      INSERT INTO todo_service.events (workspace_id, seq, event_id, event_type, task_id, version, actor_id, actor_source,
                                       command_id, undoes, occurred_at, changed, payload, traceparent, time_zone)
      SELECT passed.workspace_id, heads.seq - passed.changes + passed.nth, event_id, event_type, task_id, version, actor_id,
             actor_source, command_id, undoes, occurred_at, changed, task, traceparent, time_zone
      FROM passed JOIN heads ON heads.id = passed.workspace_id
      ORDER BY passed.workspace_id, passed.nth
      RETURNING workspace_id, seq, event_id
    ), outgoing AS (
      INSERT INTO todo_service.outbox (workspace_id, seq) SELECT workspace_id, seq FROM logged
    )
    SELECT event_id, seq FROM logged UNION ALL SELECT event_id, NULL FROM given WHERE is_refused`;

/** What a batch of only creations leaves out. */
const changedRows = `, updated AS (
      UPDATE todo_service.tasks held SET
        version = given.version, task = given.task, due_at = given.due_at, due_on = given.due_on,
        title_key = given.title_key, search = given.search, status = given.status, priority = given.priority,
        list = given.list, labels = given.labels, parent_id = given.parent_id, created_at = given.created_at,
        deleted_at = given.deleted_at, updated_at = given.updated_at, completed_at = given.completed_at
      FROM documents given
      WHERE given.event_type NOT IN ('task-created', 'task-purged')
        AND held.workspace_id = given.workspace_id AND held.id = given.task_id AND held.version = given.version - 1
      RETURNING held.workspace_id, held.id
    ), removed AS (
      DELETE FROM todo_service.tasks held USING input
      WHERE input.event_type = 'task-purged'
        AND held.workspace_id = input.workspace_id AND held.id = input.task_id AND held.version = input.version - 1
      RETURNING held.workspace_id, held.id
    )`;
const unionOfChanged = 'UNION ALL SELECT * FROM updated UNION ALL SELECT * FROM removed';

const creationStatement = splitAtInput(statement('', ''));
const changeStatement = splitAtInput(plannedEachTime + statement(changedRows, unionOfChanged));

/** Prepares a statement once, so that each execution only adds the input. */
function splitAtInput(text: string): RawBuilder<unknown>[] {
  return text.split('$input').map((part) => sql.raw(part));
}

/**
 * The changes as one JSON array. PostgreSQL parses one long text faster than two dozen arrays, and the driver would have
 * to escape each of their elements. Tasks are JSON text already and are inserted as they are.
 */
function inputJson(changes: PendingChange[], bytes: number[], growths: Growth[]): string {
  const rows = changes.map((change, n) => {
    const { after, event_id, event_type, actor_id, actor_source, command_id, undoes, traceparent, changed } =
      change;
    const { answer, time_zone } = change;
    const columns = JSON.stringify({
      n,
      workspace_id: after.workspace_id,
      task_id: after.id,
      version: after.version,
      ...change.columns,
      event_type,
      event_id,
      actor_id,
      actor_source,
      command_id,
      undoes,
      occurred_at: after.updated_at,
      changed,
      traceparent,
      time_zone,
      ...countersOf(change),
      bytes: bytes[n],
      event_bytes: eventBytes(change),
      more_tasks: growths[n]?.tasks,
      more_bytes: growths[n]?.bytes,
      more_events: growths[n]?.events,
      more_written: growths[n]?.eventBytes,
      ...(answer ? { ...answer, request_hash: answer.request_hash.toString('hex') } : {}),
    });
    return `${columns.slice(0, -1)},"task":${change.taskJson}}`;
  });
  return `[${rows.join(',')}]`;
}

type Counters = Record<Task['status'] | 'trashed', number>;

/** By how much a change moves the task counters of its workspace. */
function countersOf({ before, after, event_type: type }: PendingChange): Counters {
  const counters: Counters = { pending: 0, in_progress: 0, complete: 0, trashed: 0 };
  const placeOf = (task: Task) => (task.deleted_at === null ? task.status : 'trashed');
  if (before) counters[placeOf(before)] -= 1;
  if (type !== 'task-purged') counters[placeOf(after)] += 1;
  return counters;
}
