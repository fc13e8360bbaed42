import { sql, type Kysely, type RawBuilder, type Transaction } from 'kysely';
import type { Task } from '@rondo/shared/contracts/task';
import type { ActorSource, Agent } from '@rondo/shared/contracts/actor';
import { plannedEachTime, violatesUnique } from '@rondo/shared/database/database';
import { quotas } from '../domain/quotas.ts';
import { rankDigits, rankHead } from '../domain/rank.ts';
import type { Change } from '../domain/task.ts';
import type { DerivedColumns } from './derived-columns.ts';
import { bytesAdded, eventBytes, growthOf, today, type Growth } from './growth.ts';
import type { Tables } from './tables.ts';

/** The first answer to a request with an Idempotency-Key, stored by the statement that writes the change. */
export type KeptAnswer = Omit<Tables['todo_service.idempotency_keys'], 'command_id' | 'created_at'>;

/** A decided change with what its event needs. */
export type PendingChange = Change & {
  event_id: string;
  actor_id: string;
  actor_source: ActorSource;
  agent?: Agent | undefined;
  /** Shared by all changes of a command: undo reverts them together. */
  command_id: string;
  turn_id?: string | undefined;
  /** The command that this one undoes. */
  undoes?: string | undefined;
  /** The turn that this command undoes. */
  undoes_turn?: string | undefined;
  traceparent: string;
  /** The zone of the person who changes the task, if it is known. */
  time_zone: string | null;
  /** The task after the change as JSON text, serialised once for row, event and answer. */
  taskJson: string;
  columns: DerivedColumns;
  answer?: KeptAnswer;
};

/** The seq of the event of a change, and the number that a created task got. */
export type Written = { seq: number; number: number | null };

/**
 * What became of a change: `written`; `moved` if the task was at another version, or its id is taken; `refused`, with its growth, if
 * the workspace has used up a quota (`whyRefused` tells which). Nothing is written for the latter two.
 */
export type Outcome = ({ is: 'written' } & Written) | { is: 'moved' } | { is: 'refused'; growth: Growth };

/**
 * Writes changes of several workspaces in one statement, as `persist` does. It doesn't wait long for a row that another transaction
 * holds, such as a command in another replica: everyone in the statement would wait for one workspace.
 * @throws lock timeout (55P03, `isLockTimeout`) after 100 ms, and as `persist`; nothing at all is written then
 */
export function persistShared(database: Kysely<Tables>, changes: PendingChange[]): Promise<Outcome[]> {
  return write(database, changes, statements.shared);
}

/**
 * Writes changes in one statement: each existing task if it is still at the version before, then the rows of the workspaces in id
 * order, which give the created tasks their numbers, then those tasks, then the events with the next seqs, then the answers. At most
 * one change per task. The answer that is kept with a creation is the created task.
 * @returns the outcome of each change, by index
 * @throws unique violation (23505) if an idempotency key is taken, or the id of a creation (`isIdTaken`); nothing at all is written then
 */
export function persist(
  database: Kysely<Tables> | Transaction<Tables>,
  changes: PendingChange[],
): Promise<Outcome[]> {
  return write(database, changes, statements.own);
}

async function write(
  database: Kysely<Tables> | Transaction<Tables>,
  changes: PendingChange[],
  { ofCreations, ofChanges }: Statements,
): Promise<Outcome[]> {
  const isCreationsOnly = changes.every(({ event_type }) => event_type === 'task-created');
  const [upTo, from] = isCreationsOnly ? ofCreations : ofChanges;
  const bytes = changes.map((change) => bytesAdded(change));
  const growths = growthOf(changes, bytes);
  const input = inputJson(changes, bytes, growths);
  const { rows } = await sql<WrittenRow>`${upTo}${input}${from}`.execute(database);
  const found = new Map(rows.map((row) => [row.event_id, row]));
  return changes.map(({ event_id }, index): Outcome => {
    const { seq, number } = found.get(event_id) ?? {};
    if (seq === undefined || number === undefined) return { is: 'moved' };
    return seq === null ? { is: 'refused', growth: growths[index] ?? {} } : { is: 'written', seq, number };
  });
}

/** `seq` is null if the change was refused, `number` unless it created a task. */
type WrittenRow = { event_id: string; seq: number | null; number: number | null };

/** Whether the id of a creation is that of a purged task, whose events are kept, or another statement has just used it. */
export function isIdTaken(error: unknown): boolean {
  return violatesUnique(error, 'tasks_pkey') || violatesUnique(error, 'events_of_task');
}

/** Ends the wait for a lock in this statement: longer than a commit takes, and short for those who wait with it. */
const lockTimeout = "CROSS JOIN (SELECT set_config('lock_timeout', '100ms', true)) bounded";

/** The statement; `$input` is its one parameter, the changes as JSON. */
const statement = (changedRows: string, isWritten: string, bound: string) => `
    WITH given AS MATERIALIZED (
      SELECT given.*, coalesce(
        head.tasks + more_tasks > ${quotas.tasks} OR head.bytes + more_bytes > ${quotas.bytes}
        OR CASE WHEN head.day = ${today} THEN head.events_of_day ELSE 0 END + more_events > ${quotas.events}
        OR CASE WHEN head.day = ${today} THEN head.event_bytes_of_day ELSE 0 END + more_written
           > ${quotas['event-bytes']}, false) AS is_refused
      FROM json_to_recordset($input::json) AS given (
        n int, workspace_id uuid, task_id uuid, version bigint, task json, due_at timestamptz, due_on date,
        title_key text, search tsvector, event_type text, event_id uuid, actor_id uuid, actor_source text,
        agent json, command_id uuid, turn_id uuid, undoes uuid, undoes_turn uuid, occurred_at text, changed json,
        traceparent text, time_zone text, pending int, in_progress int, complete int, trashed int, bytes int,
        event_bytes int, more_tasks int, more_bytes bigint, more_events int, more_written bigint,
        numbers int, person_id uuid, route text, key text, request_hash text, answer_status smallint, response text
      ) LEFT JOIN LATERAL (
        SELECT pending + in_progress + complete + trashed AS tasks, bytes, day, events_of_day, event_bytes_of_day
        FROM todo_service.workspaces WHERE id = given.workspace_id LIMIT 1
      ) head ON true ${bound}
    ), input AS MATERIALIZED (
      SELECT * FROM given WHERE NOT is_refused
    ), documents AS MATERIALIZED (
      SELECT input.*, held.* FROM input CROSS JOIN LATERAL json_to_record(task) AS held (
        status text, priority smallint, list text, labels jsonb, parent_id uuid, created_at text, deleted_at text,
        updated_at timestamptz, completed_at timestamptz, number bigint, rank text
      )
    )${changedRows}, passed AS MATERIALIZED (
      SELECT documents.*, count(*) OVER workspace AS changes, row_number() OVER (workspace ORDER BY n) AS nth,
             sum(numbers) OVER workspace AS all_numbers, sum(numbers) OVER (workspace ORDER BY n) AS nth_number
      FROM documents
      LEFT JOIN LATERAL (
        SELECT true AS is_taken FROM todo_service.tasks
        WHERE tasks.workspace_id = documents.workspace_id AND tasks.id = documents.task_id LIMIT 1
      ) existing ON event_type = 'task-created'
      WHERE CASE WHEN event_type = 'task-created' THEN existing.is_taken IS NULL ELSE ${isWritten} END
      WINDOW workspace AS (PARTITION BY workspace_id)
    ), heads AS (
      INSERT INTO todo_service.workspaces AS head (id, seq, last_number, pending, in_progress, complete, trashed, bytes, day,
                                                   events_of_day, event_bytes_of_day)
      SELECT workspace_id, count(*), sum(numbers), sum(pending), sum(in_progress), sum(complete), sum(trashed), sum(bytes),
             ${today}, count(*), sum(event_bytes)
      FROM passed GROUP BY workspace_id ORDER BY workspace_id
      ON CONFLICT (id) DO UPDATE SET
        seq = head.seq + excluded.seq, last_number = head.last_number + excluded.last_number,
        pending = head.pending + excluded.pending,
        in_progress = head.in_progress + excluded.in_progress, complete = head.complete + excluded.complete,
        trashed = head.trashed + excluded.trashed, bytes = head.bytes + excluded.bytes,
        day = excluded.day,
        events_of_day = CASE WHEN head.day = excluded.day THEN head.events_of_day ELSE 0 END + excluded.events_of_day,
        event_bytes_of_day = CASE WHEN head.day = excluded.day THEN head.event_bytes_of_day ELSE 0 END
                             + excluded.event_bytes_of_day,
        imports_of_day = CASE WHEN head.day = excluded.day THEN head.imports_of_day ELSE 0 END
      RETURNING id, seq AS last_seq, last_number
    ), numbered AS (
      SELECT passed.*, last_seq - changes + nth AS seq, assigned.number AS new_number,
             coalesce(passed.rank, ${rankOfNumber('assigned.number')}) AS new_rank
      FROM passed JOIN heads ON heads.id = passed.workspace_id
      LEFT JOIN LATERAL (SELECT last_number - all_numbers + nth_number AS number) assigned ON event_type = 'task-created'
    ), placed AS MATERIALIZED (
      SELECT numbered.*, CASE WHEN new_number IS NULL THEN task ELSE (
        left(task::text, -1) || ',"number":' || new_number
        || CASE WHEN rank IS NULL THEN ',"rank":"' || new_rank || '"}' ELSE '}' END
      )::json END AS document
      FROM numbered
    ), created AS (
      INSERT INTO todo_service.tasks (workspace_id, id, version, task, due_at, due_on, title_key, search, status, priority,
                                      list, labels, parent_id, created_at, deleted_at, updated_at, completed_at, number, rank)
      SELECT workspace_id, task_id, version, document, due_at, due_on, title_key, search, status, priority, list, labels,
             parent_id, created_at, deleted_at, updated_at, completed_at, new_number, new_rank
      FROM placed WHERE event_type = 'task-created' ORDER BY workspace_id, task_id
    ), kept AS (
      INSERT INTO todo_service.idempotency_keys (person_id, route, key, request_hash, status, response, command_id)
      SELECT person_id, route, key, decode(request_hash, 'hex'), answer_status,
             CASE WHEN event_type = 'task-created' THEN document::text ELSE response END, command_id
      FROM placed WHERE key IS NOT NULL
      ORDER BY person_id, route, key
    ), logged AS (
      INSERT INTO todo_service.events (workspace_id, seq, event_id, event_type, task_id, version, actor_id, actor_source,
                                       agent, command_id, turn_id, undoes, undoes_turn, occurred_at, changed, payload,
                                       traceparent, time_zone)
      SELECT workspace_id, seq, event_id, event_type, task_id, version, actor_id, actor_source, agent, command_id,
             turn_id, undoes, undoes_turn, occurred_at, changed, document, traceparent, time_zone
      FROM placed ORDER BY workspace_id, nth
    ), outgoing AS (
      INSERT INTO todo_service.outbox (workspace_id, seq) SELECT workspace_id, seq FROM placed ORDER BY workspace_id, nth
    )
    SELECT event_id, seq, new_number AS number FROM placed
    UNION ALL SELECT event_id, NULL, NULL FROM given WHERE is_refused`;

/** What `rankOfNumber` of domain/rank.ts computes, in SQL. */
function rankOfNumber(number: string): string {
  const digits = [4, 3, 2, 1, 0].map(
    (place) =>
      `substr('${rankDigits}', (${number} / ${rankDigits.length ** place} % ${rankDigits.length})::int + 1, 1)`,
  );
  return `'${rankHead}' || ${digits.join(' || ')}`;
}

/** What a batch of only creations leaves out. */
const changedRows = `, updated AS (
      UPDATE todo_service.tasks held SET
        version = given.version, task = given.task, due_at = given.due_at, due_on = given.due_on,
        title_key = given.title_key, search = given.search, status = given.status, priority = given.priority,
        list = given.list, labels = given.labels, parent_id = given.parent_id, created_at = given.created_at,
        deleted_at = given.deleted_at, updated_at = given.updated_at, completed_at = given.completed_at,
        number = given.number, rank = given.rank
      FROM documents given
      WHERE given.event_type NOT IN ('task-created', 'task-purged')
        AND held.workspace_id = given.workspace_id AND held.id = given.task_id AND held.version = given.version - 1
      RETURNING held.workspace_id, held.id
    ), removed AS (
      DELETE FROM todo_service.tasks held USING input
      WHERE input.event_type = 'task-purged'
        AND held.workspace_id = input.workspace_id AND held.id = input.task_id AND held.version = input.version - 1
      RETURNING held.workspace_id, held.id
    ), written AS (
      SELECT * FROM updated UNION ALL SELECT * FROM removed
    )`;
const isWritten = '(workspace_id, task_id) IN (SELECT workspace_id, id FROM written)';

type Statements = { ofCreations: RawBuilder<unknown>[]; ofChanges: RawBuilder<unknown>[] };
const statementsWith = (bound: string): Statements => ({
  ofCreations: splitAtInput(statement('', 'false', bound)),
  ofChanges: splitAtInput(plannedEachTime + statement(changedRows, isWritten, bound)),
});
const statements = { own: statementsWith(''), shared: statementsWith(lockTimeout) };

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
    const { after, event_id, event_type, actor_id, actor_source, traceparent, changed } = change;
    const { agent, command_id, turn_id, undoes, undoes_turn, answer, time_zone } = change;
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
      agent,
      command_id,
      turn_id,
      undoes,
      undoes_turn,
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
      numbers: isNumbering(change) ? 1 : 0,
      ...(answer ? columnsOfAnswer(answer) : {}),
    });
    return `${columns.slice(0, -1)},"task":${change.taskJson}}`;
  });
  return `[${rows.join(',')}]`;
}

function columnsOfAnswer({ status, request_hash, ...answer }: KeptAnswer): Record<string, unknown> {
  return { ...answer, answer_status: status, request_hash: request_hash.toString('hex') };
}

/** Whether a change gives a task its number: a creation, or what catches up on a task from before there were numbers. */
function isNumbering({ before, after }: PendingChange): boolean {
  return !before || (before.number === undefined && after.number !== undefined);
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
