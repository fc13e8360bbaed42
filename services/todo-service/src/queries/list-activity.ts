import { sql, type RawBuilder } from 'kysely';
import { Type, type Static } from 'typebox';
import { Actor, Agent } from '@rondo/shared/contracts/actor';
import {
  Count,
  Cursor,
  DateTime,
  NextCursor,
  nullable,
  PageLimit,
  storableText,
  storableWords,
  Uuid,
  UuidWithoutExample,
} from '@rondo/shared/contracts/scalars';
import { TaskEventType } from '@rondo/shared/contracts/task-event';
import { TaskReferenceWithoutExample } from '@rondo/shared/contracts/task-reference';
import { plannedEachTime } from '@rondo/shared/database/database';
import { defineCursor } from '@rondo/shared/http/cursor';
import type { TodoContext } from '../context.ts';
import { actorOf, type ActorRow } from '../store/actor-of.ts';
import { isUndone, isUndoneOfImport } from '../store/undone-events.ts';

const described = (schema: object, description: string) =>
  Type.Optional(Type.String({ ...schema, description }));

export const ActivityQuery = Type.Object(
  {
    person: described(UuidWithoutExample, 'what this person did, or an agent for them'),
    agent: described(Agent.properties.client_id, 'what the agent with this `client_id` did'),
    task: described(
      TaskReferenceWithoutExample,
      'what happened to this task: its id, or its number as `#12`',
    ),
    list: described(
      { maxLength: 100, pattern: storableText, 'x-words': storableWords },
      'changes after which the task was in this list; `none` is without a list',
    ),
    limit: PageLimit,
    cursor: Type.Optional(Cursor),
  },
  { additionalProperties: false },
);
type ActivityQuery = Static<typeof ActivityQuery>;

const ActivityEntry = Type.Object({
  seq: Count,
  event_id: Uuid,
  event_type: TaskEventType,
  timestamp: DateTime,
  task_id: Uuid,
  number: nullable(Count),
  title: Type.String(),
  actor: Actor,
  command_id: Uuid,
  turn_id: nullable(Uuid),
  changed: Type.Array(Type.String()),
  is_undone: Type.Boolean({ description: 'whether it was undone; not whether it is an undo' }),
});

export const ActivityPage = Type.Object(
  { activity: Type.Array(ActivityEntry), next_cursor: NextCursor },
  { $id: 'ActivityPage' },
);
export type ActivityPage = Static<typeof ActivityPage>;

const activityCursor = defineCursor('activity', { seq: Count });

/** What a page reads at most. Only a filter by list reads the tasks of events. */
const maxRead = { events: 5_000, bytes: 16 * 1024 * 1024 };

type EntryRow = ActorRow & {
  seq: number | null;
  event_id: string;
  event_type: Static<typeof TaskEventType>;
  occurred_at: string;
  task_id: string;
  number: number | null;
  title: string;
  command_id: string;
  turn_id: string | null;
  changed: string;
  isUndone: boolean;
};
type Row = EntryRow & { reached: number; hasMore: boolean };

/**
 * Lists the changes of a workspace, newest first, as long as their events are kept. A page reads at most 5,000 events and 16 MiB of
 * their tasks, so it may have fewer entries than `limit`, or none, and still a next cursor. An entry has less than 8 KiB.
 * @throws AppError 422 if the cursor is not one of this list
 */
export async function listActivity(
  { database }: Pick<TodoContext, 'database'>,
  workspaceId: string,
  query: ActivityQuery,
): Promise<ActivityPage> {
  const { cursor, limit } = query;
  const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : activityCursor.decode(cursor).seq;
  const { first, next } = stepsOf(workspaceId, query, before);
  // Goes from event to event, so that it reads no more than it needs, and nothing of events that don't match.
  const { rows } = await sql<Row>`${sql.raw(plannedEachTime)}
    WITH RECURSIVE walk AS (
      SELECT seq, version, matches, bytes, 1 AS nth, matches AS found FROM (${first}) event
      UNION ALL
      SELECT event.seq, event.version, event.matches, walk.bytes + event.bytes, nth + 1, found + event.matches
      FROM walk CROSS JOIN LATERAL (${next(sql`walk`)}) event
      WHERE nth < ${maxRead.events} AND found < ${limit} AND walk.bytes < ${maxRead.bytes}
    ), last AS (
      SELECT * FROM walk ORDER BY nth DESC LIMIT 1
    )
    SELECT last.seq AS reached, EXISTS (${next(sql`last`)}) AS "hasMore", entry.*
    FROM last LEFT JOIN (
      SELECT event.* FROM walk CROSS JOIN LATERAL (${entryAt(workspaceId, sql`walk.seq`)}) event WHERE matches = 1
    ) entry ON true
    ORDER BY entry.seq DESC`.execute(database);
  const [page] = rows;
  return {
    activity: rows.flatMap((row) => (row.seq === null ? [] : toEntry({ ...row, seq: row.seq }))),
    next_cursor: page?.hasMore === true ? activityCursor.encode({ seq: page.reached }) : null,
  };
}

type Steps = { first: RawBuilder<unknown>; next: (from: RawBuilder<unknown>) => RawBuilder<unknown> };

/** How to go back through the events of a workspace, or of one task, and what of each decides. */
function stepsOf(workspaceId: string, { person, agent, task, list }: ActivityQuery, before: number): Steps {
  const byMaker = [
    ...(person === undefined ? [] : [sql`actor_id = ${person}`]),
    ...(agent === undefined ? [] : [sql`agent ->> 'client_id' = ${agent}`]),
  ];
  const isByMaker = byMaker.length === 0 ? sql`true` : sql`coalesce(${sql.join(byMaker, sql` AND `)}, false)`;
  const isInList =
    list === undefined
      ? sql`true`
      : list === 'none'
        ? sql`payload ->> 'list' IS NULL`
        : sql`coalesce(payload ->> 'list' = ${list}, false)`;
  const bytes = list === undefined ? sql`0` : sql`octet_length(payload::text)`;
  const select = sql`
    SELECT seq, version, CASE WHEN NOT ${isByMaker} THEN 0 WHEN ${isInList} THEN 1 ELSE 0 END AS matches,
           (CASE WHEN ${isByMaker} THEN ${bytes} ELSE 0 END)::bigint AS bytes
    FROM todo_service.events WHERE workspace_id = ${workspaceId}`;
  // LIMIT 1 keeps the planner from a join with all events.
  if (task === undefined)
    return {
      first: sql`${select} AND seq < ${before} ORDER BY seq DESC LIMIT 1`,
      next: (from) => sql`${select} AND seq = ${from}.seq - 1 LIMIT 1`,
    };
  return {
    first: sql`${select} AND task_id = ${task} AND seq < ${before} ORDER BY version DESC LIMIT 1`,
    next: (from) => sql`${select} AND task_id = ${task} AND version = ${from}.version - 1 LIMIT 1`,
  };
}

/** The columns of an entry. What an undo of an import left as it was is not undone. */
function entryAt(workspaceId: string, seq: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    SELECT seq, event_id, event_type, occurred_at, task_id, (payload ->> 'number')::bigint AS number,
           payload ->> 'title' AS title, actor_id, actor_source, agent, command_id, turn_id, changed,
           CASE WHEN EXISTS (SELECT FROM todo_service.imports WHERE imports.id = did.command_id)
             THEN ${isUndoneOfImport('did')} ELSE ${isUndone('did')} END AS "isUndone"
    FROM todo_service.events did WHERE workspace_id = ${workspaceId} AND seq = ${seq} LIMIT 1`;
}

function toEntry(row: EntryRow & { seq: number }): ActivityPage['activity'][number] {
  return {
    seq: row.seq,
    event_id: row.event_id,
    event_type: row.event_type,
    timestamp: row.occurred_at,
    task_id: row.task_id,
    number: row.number,
    title: row.title,
    actor: actorOf(row),
    command_id: row.command_id,
    turn_id: row.turn_id,
    changed: JSON.parse(row.changed) as string[],
    is_undone: row.isUndone,
  };
}
