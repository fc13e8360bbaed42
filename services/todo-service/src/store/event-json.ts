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
  'time_zone',
  'series',
] as const;

/**
 * A TaskEvent as JSON text. `payload`, `changed` and `series` are JSON already and are inserted as they are. The other values
 * are ids, numbers and names, which need no escaping. An event with nothing of later versions has the bytes of 1.0.
 */
export function eventJson(row: EventRow): string {
  const { time_zone: zone, series } = row;
  const version = versionOf(row);
  const added =
    (zone === null ? '' : `,"time_zone":"${zone}"`) + (series === null ? '' : `,"series":${series}`);
  return (
    `{"event_id":"${row.event_id}","event_type":"${row.event_type}","schema_version":"${version}",` +
    `"timestamp":"${row.occurred_at}","workspace_id":"${row.workspace_id}","seq":${row.seq},"task_id":"${row.task_id}",` +
    `"version":${row.version},"actor":{"user_id":"${row.actor_id}","source":"${row.actor_source}"},` +
    `"payload":${row.payload},"changed":${row.changed}${added}}`
  );
}

/** The first version that has all fields of an event. Quotation marks inside of a text are escaped, so only a field looks like one. */
function versionOf({ payload, time_zone: zone, series }: EventRow): string {
  if (payload.includes('"number":')) return '1.4';
  if (payload.includes('"exdates":') || payload.includes('"rdates":')) return '1.3';
  if (payload.includes('"is_floating":true')) return '1.2';
  return zone === null && series === null ? '1.0' : '1.1';
}
