import { v7 } from 'uuid';
import type { Task } from '@rondo/shared/contracts/task';
import { exampleTask } from '@rondo/shared/contracts/task-example';
import { query } from '@rondo/postgres/test/query';
import { searchVector } from '../../src/domain/search-vector.ts';

/**
 * Gives a workspace one task with `count` versions and events, of which each changes `changed`. The description of odd versions
 * is `description`, that of even ones ends with a full stop. @returns the id of the task
 */
export async function seedVersions(
  databaseUrl: string,
  workspaceId: string,
  { count, description, changed }: { count: number; description: string; changed: string[] },
): Promise<string> {
  const id = v7();
  const task = JSON.stringify({ ...exampleTask, id, workspace_id: workspaceId, description });
  await query(databaseUrl, 'INSERT INTO todo_service.workspaces (id, seq, pending) VALUES ($1, $2, 1)', [
    workspaceId,
    count,
  ]);
  await query(
    databaseUrl,
    `INSERT INTO todo_service.events (workspace_id, seq, event_id, event_type, task_id, version, actor_id, actor_source,
                                      command_id, occurred_at, changed, payload)
     SELECT $1, n, gen_random_uuid(), 'task-updated', $2, n, $1, 'api', gen_random_uuid(), '2027-01-20T18:02:11.000Z', $4,
            ($3::jsonb || jsonb_build_object('version', n, 'priority', 1 + n % 4,
                                             'description', ($3::jsonb ->> 'description') || repeat('.', n % 2)))::json
     FROM generate_series(1, $5::int) AS n`,
    [workspaceId, id, task, JSON.stringify(changed), count],
  );
  await insertTasks(databaseUrl, workspaceId, [{ id, task }]);
  return id;
}

/** Gives a workspace `count` tasks with a description, without events. @returns their ids, sorted */
export async function seedTasks(
  databaseUrl: string,
  workspaceId: string,
  { count, description }: { count: number; description: string },
): Promise<string[]> {
  const tasks = Array.from({ length: count }, () => {
    const id = v7();
    return { id, task: JSON.stringify({ ...exampleTask, id, workspace_id: workspaceId, description }) };
  });
  await query(
    databaseUrl,
    'INSERT INTO todo_service.workspaces (id, pending) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING',
    [workspaceId, count],
  );
  for (let n = 0; n < count; n += 50) await insertTasks(databaseUrl, workspaceId, tasks.slice(n, n + 50));
  return tasks.map(({ id }) => id).toSorted();
}

/** Gives a workspace `count` tasks that a search finds by the words of `description`, without events. */
export async function seedSearchedTasks(
  databaseUrl: string,
  workspaceId: string,
  { count, description }: { count: number; description: string },
): Promise<void> {
  await seedTasks(databaseUrl, workspaceId, { count, description });
  await query(databaseUrl, 'UPDATE todo_service.tasks SET search = $2::tsvector WHERE workspace_id = $1', [
    workspaceId,
    searchVector({ ...(exampleTask as unknown as Task), workspace_id: workspaceId, description }),
  ]);
  await query(databaseUrl, 'VACUUM ANALYZE todo_service.tasks');
}

async function insertTasks(
  databaseUrl: string,
  workspaceId: string,
  tasks: { id: string; task: string }[],
): Promise<void> {
  await query(
    databaseUrl,
    `INSERT INTO todo_service.tasks (workspace_id, id, version, task, status, priority, labels, created_at, updated_at,
                                     title_key, search)
     SELECT $1, id, 1, task, 'pending', 2, '[]', task ->> 'created_at', (task ->> 'updated_at')::timestamptz, 'rent',
            $4::tsvector
     FROM unnest($2::uuid[], $3::json[]) AS given (id, task)`,
    [
      workspaceId,
      tasks.map(({ id }) => id),
      tasks.map(({ task }) => task),
      searchVector({
        ...(exampleTask as unknown as Task),
        workspace_id: workspaceId,
        title: 'rent',
        description: null,
      }),
    ],
  );
}

/** Gives a workspace the events of an import of `count` tasks that was undone, and whose tasks were purged. @returns the import's id */
export async function seedUndoneImport(
  databaseUrl: string,
  workspaceId: string,
  count: number,
): Promise<string> {
  const id = v7();
  await query(databaseUrl, 'INSERT INTO todo_service.workspaces (id, seq, pending) VALUES ($1, $2, 0)', [
    workspaceId,
    2 * count,
  ]);
  await query(
    databaseUrl,
    `INSERT INTO todo_service.imports (id, workspace_id, person_id, format, created_at, tasks, after_seq)
     VALUES ($1, $2, $2, 'calendar', now(), $3, 0)`,
    [id, workspaceId, count],
  );
  await query(
    databaseUrl,
    `WITH made AS (SELECT n, gen_random_uuid() AS task_id FROM generate_series(1, $3::int) AS n)
     INSERT INTO todo_service.events (workspace_id, seq, event_id, event_type, task_id, version, actor_id, actor_source,
                                      command_id, undoes, occurred_at, changed, payload)
     SELECT $1::uuid, n, gen_random_uuid(), 'task-created', task_id, 1, $1::uuid, 'api', $2::uuid, NULL::uuid, '2027-01-20T18:02:11.000Z', '[]'::json, $4::json
     FROM made
     UNION ALL
     SELECT $1, $3 + n, gen_random_uuid(), 'task-deleted', task_id, 2, $1, 'api', gen_random_uuid(), $2,
            '2027-01-20T18:02:12.000Z', '[]', $4
     FROM made`,
    [workspaceId, id, count, JSON.stringify(exampleTask)],
  );
  return id;
}
