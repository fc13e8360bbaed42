import type { CommandContext, TodoContext } from '../context.ts';
import type { Change } from '../domain/task.ts';
import { derivedColumns } from './derived-columns.ts';
import type { PendingChange } from './persist.ts';

/** Adds to a decided change what its event and its row need: ids, actor and trace, and the columns that lists use. */
export function pendingChange(
  ctx: Pick<TodoContext, 'ids'>,
  { identity, trace, turnId }: CommandContext,
  change: Change,
  commandId: string,
): PendingChange {
  return {
    ...change,
    event_id: ctx.ids.next(),
    actor_id: identity.personId,
    actor_source: change.by ?? identity.source,
    agent: identity.agent,
    command_id: commandId,
    turn_id: turnId,
    traceparent: trace.traceparent,
    time_zone: identity.timeZone ?? change.personZone ?? null,
    taskJson: JSON.stringify(change.after),
    columns: derivedColumns(change.after),
  };
}

/** Logs a change with its ids, and none of its content. */
export function logChange(
  { log }: Pick<TodoContext, 'log'>,
  { trace }: CommandContext,
  change: PendingChange,
  seq?: number,
): void {
  const { after, event_id, event_type } = change;
  log.info(
    {
      task_id: after.id,
      workspace_id: after.workspace_id,
      event_id,
      event_type,
      version: after.version,
      seq,
      trace_id: trace.traceId,
    },
    event_type,
  );
}
