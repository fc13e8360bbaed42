import { taskEventSchemaVersion } from '@rondo/shared/contracts/task-event';
import type { EventRow } from './tables.ts';

/** The columns of `todo_service.events` that `eventJson` needs. */
export const eventColumns = [
  'workspace_id',
  'seq',
  'event_id',
  'event_type',
  'task_id',
  'version',
  'actor_id',
  'actor_source',
  'occurred_at',
  'changed',
  'payload',
] as const;

/**
 * A TaskEvent as JSON text. `payload` and `changed` are JSON already and are inserted as they are. The other values are
 * ids, numbers and names, which need no escaping.
 */
export function eventJson(row: EventRow): string {
  return (
    `{"event_id":"${row.event_id}","event_type":"${row.event_type}","schema_version":"${taskEventSchemaVersion}",` +
    `"timestamp":"${row.occurred_at}","workspace_id":"${row.workspace_id}","seq":${row.seq},"task_id":"${row.task_id}",` +
    `"version":${row.version},"actor":{"user_id":"${row.actor_id}","source":"${row.actor_source}"},` +
    `"payload":${row.payload},"changed":${row.changed}}`
  );
}
