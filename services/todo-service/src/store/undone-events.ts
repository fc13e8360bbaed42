import { sql } from 'kysely';

/** Whether a later command undid the one of an event. */
export function isUndone(event: string) {
  const name = sql.ref;
  return sql`EXISTS (
    SELECT FROM todo_service.events undone
    WHERE undone.workspace_id = ${name(`${event}.workspace_id`)} AND undone.undoes = ${name(`${event}.command_id`)}
  )`;
}
