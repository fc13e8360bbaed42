import type { TaskEvent } from '@rondo/shared/contracts/task-event';

/** The columns of a record that repeat its event, so that records can be found by them. */
export type EventColumns = {
  workspace_id: string;
  id: string;
  seq: number;
  event_type: string;
  task_id: string;
  /** Of the event that gave the task its number; else null. */
  task_number: number | null;
  version: number;
  actor_id: string;
  actor_source: string;
  occurred_at: string;
};

export function eventColumnsOf(event: TaskEvent): EventColumns {
  return {
    workspace_id: event.workspace_id,
    id: event.event_id,
    seq: event.seq,
    event_type: event.event_type,
    task_id: event.task_id,
    task_number: numberGivenBy(event),
    version: event.version,
    actor_id: event.actor.user_id,
    actor_source: event.actor.source,
    occurred_at: event.timestamp,
  };
}

function numberGivenBy({ event_type: type, changed, payload }: TaskEvent): number | null {
  const isGiven = type === 'task-created' || changed.includes('number');
  return isGiven ? (payload.number ?? null) : null;
}

/**
 * Compares the columns that a record has with its event, which the hash covers.
 * @returns what is wrong, if anything
 */
export function columnFaultOf(record: Partial<EventColumns> & { event: string }): string | undefined {
  let columns: EventColumns;
  try {
    columns = eventColumnsOf(JSON.parse(record.event) as TaskEvent);
  } catch {
    return 'its event can not be read';
  }
  const names = Object.keys(columns) as (keyof EventColumns)[];
  const wrong = names.find(
    (name) => record[name] !== undefined && !isSame(name, record[name], columns[name]),
  );
  return wrong === undefined ? undefined : `its ${wrong} is not that of its event`;
}

/** PostgreSQL rounds an instant to milliseconds, and JavaScript cuts it off. */
const roundingMs = 1;

function isSame(name: keyof EventColumns, stored: unknown, given: unknown): boolean {
  if (stored === given) return true;
  // A record from before there was the column.
  if (name === 'task_number') return stored === null;
  if (name !== 'occurred_at') return false;
  return Math.abs(Date.parse(String(stored)) - Date.parse(String(given))) <= roundingMs;
}
