import { sql } from 'kysely';

/** Whether an event is of an undo. */
export function isUndo(event: string) {
  return sql<boolean>`(${sql.ref(`${event}.undoes`)} IS NOT NULL OR ${sql.ref(`${event}.undoes_turn`)} IS NOT NULL)`;
}

/**
 * Whether a later command undid the one of an event, by itself or with its turn. An import is undone by itself, also one in a turn. A
 * turn can go on after it was undone: only events from before the undo are undone. `seq` also keeps the planner from a hash of all
 * events of all workspaces.
 */
export function isUndone(event: string) {
  const of = (column: string) => sql.ref(`${event}.${column}`);
  return sql<boolean>`(EXISTS (
    SELECT FROM todo_service.events undone
    WHERE undone.workspace_id = ${of('workspace_id')} AND undone.undoes = ${of('command_id')} AND undone.seq > ${of('seq')}
  ) OR (${of('turn_id')} IS NOT NULL AND EXISTS (
    SELECT FROM todo_service.events undone
    WHERE undone.workspace_id = ${of('workspace_id')} AND undone.undoes_turn = ${of('turn_id')} AND undone.seq > ${of('seq')}
  ) AND NOT EXISTS (SELECT FROM todo_service.imports made WHERE made.id = ${of('command_id')})))`;
}

/**
 * Whether an undo of an import undid what it did to the task of an event. What has changed since stays. OFFSET 0 keeps the planner from a
 * join: without statistics it reads all that the undo did, for each event.
 */
export function isUndoneOfImport(event: string) {
  const of = (column: string) => sql.ref(`${event}.${column}`);
  return sql<boolean>`EXISTS (
    SELECT FROM todo_service.events undone
    WHERE undone.workspace_id = ${of('workspace_id')} AND undone.undoes = ${of('command_id')}
      AND undone.task_id = ${of('task_id')}
    OFFSET 0
  )`;
}
