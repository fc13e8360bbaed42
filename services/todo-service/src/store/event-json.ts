import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import type { EventRow } from './tables.ts';

/** The version that has all fields of an event, those from before this release included: their rows have a command. */
const schemaVersion: TaskEvent['schema_version'] = '1.4';

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
  'agent',
  'command_id',
  'turn_id',
  'occurred_at',
  'changed',
  'payload',
  'time_zone',
  'series',
] as const;

/**
 * A TaskEvent as JSON text. `agent`, `payload`, `changed` and `series` are JSON already and are inserted as they are. The other values
 * are ids, numbers and names, which need no escaping.
 */
export function eventJson(row: EventRow): string {
  const { agent, turn_id: turn, time_zone: zone, series } = row;
  const ofAgent = agent === null ? '' : `,"agent":${agent}`;
  const ofTurn = turn === null ? '' : `,"turn_id":"${turn}"`;
  const added =
    (zone === null ? '' : `,"time_zone":"${zone}"`) + (series === null ? '' : `,"series":${series}`);
  return (
    `{"event_id":"${row.event_id}","event_type":"${row.event_type}","schema_version":"${schemaVersion}",` +
    `"timestamp":"${row.occurred_at}","workspace_id":"${row.workspace_id}","seq":${row.seq},"task_id":"${row.task_id}",` +
    `"version":${row.version},"actor":{"user_id":"${row.actor_id}","source":"${row.actor_source}"${ofAgent}},` +
    `"command_id":"${row.command_id}"${ofTurn},"payload":${row.payload},"changed":${row.changed}${added}}`
  );
}
