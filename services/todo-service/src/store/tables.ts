import type { Generated } from 'kysely';
import type { ImportFormat } from '@rondo/shared/contracts/import-report';

/** The columns of `todo_service`, as queries read them. `json` columns are read as text. */
export type Tables = {
  'todo_service.history': { id: string };
  'todo_service.workspaces': {
    id: string;
    seq: number;
    last_number: number;
    pruned_seq: number;
    pending: number;
    in_progress: number;
    complete: number;
    trashed: number;
    bytes: number;
    day: string;
    events_of_day: number;
    event_bytes_of_day: number;
    imports_of_day: number;
  };
  'todo_service.tasks': {
    workspace_id: string;
    id: string;
    version: number;
    task: string;
    due_at: string | null;
    due_on: string | null;
    title_key: string | null;
    status: string;
    priority: number;
    list: string | null;
    labels: string;
    parent_id: string | null;
    created_at: string;
    deleted_at: string | null;
    updated_at: string | null;
    completed_at: string | null;
    number: number | null;
    rank: string | null;
    search: string;
  };
  'todo_service.events': EventRow & {
    undoes: string | null;
    undoes_turn: string | null;
    traceparent: string | null;
  };
  'todo_service.people': { workspace_id: string; time_zone: string | null; updated_at: string };
  'todo_service.filters': {
    workspace_id: string;
    id: string;
    name: string;
    query: string;
    rank: string;
    created_at: string;
    updated_at: string;
  };
  'todo_service.imports': {
    id: string;
    workspace_id: string;
    person_id: string;
    format: ImportFormat;
    file_name: string | null;
    created_at: string;
    tasks: number;
    after_seq: number;
    turn_id: string | null;
    undone_at: string | null;
  };
  'todo_service.names': { workspace_id: string; kind: string; name: string };
  'todo_service.outbox': { id: Generated<number>; workspace_id: string; seq: number };
  'todo_service.idempotency_keys': {
    person_id: string;
    route: string;
    key: string;
    request_hash: Buffer;
    status: number;
    response: string;
    command_id: string | null;
    created_at: Generated<string>;
  };
  'todo_service.app_passwords': {
    id: string;
    person_id: string;
    workspace_id: string;
    name: string;
    password_hash: Buffer;
    created_at: string;
    last_used_at: string | null;
  };
  'todo_service.calendar_objects': {
    workspace_id: string;
    task_id: string;
    name: string;
    uid: string;
    extra: string;
    /** What was counted of it as bytes of the workspace. */
    bytes: number;
    revision: Generated<number>;
  };
  'todo_service.calendar_feeds': {
    person_id: string;
    workspace_id: string;
    secret_hash: Buffer;
    created_at: string;
  };
};

/** The columns that a TaskEvent is built from. `agent`, `changed`, `payload` and `series` are JSON text. */
export type EventRow = {
  workspace_id: string;
  seq: number;
  event_id: string;
  event_type: string;
  task_id: string;
  version: number;
  actor_id: string;
  actor_source: string;
  agent: string | null;
  command_id: string;
  turn_id: string | null;
  occurred_at: string;
  changed: string;
  payload: string;
  /** The zone of the person who changed the task, if it is known. */
  time_zone: string | null;
  /** `SeriesDates` of a creation as JSON text, in events of before version 1.3. */
  series: string | null;
};
