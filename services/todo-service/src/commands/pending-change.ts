import type { PendingChange } from '../persist.ts';
import type { CommandRequest } from '../request.ts';
import type { Change } from '../task.ts';
import type { TodoContext } from '../context.ts';

/** A decided change with its event's ids and its actor. */
export function pendingChange(
  ctx: Pick<TodoContext, 'ids'>,
  { identity, trace }: Pick<CommandRequest, 'identity' | 'trace'>,
  change: Change,
  commandId: string,
): PendingChange {
  return {
    ...change,
    event_id: ctx.ids.next(),
    actor_id: identity.person_id,
    actor_source: identity.source,
    command_id: commandId,
    traceparent: trace.traceparent,
    task_json: JSON.stringify(change.after),
  };
}

/** One line a change, with its ids. */
export function logChange(
  { log }: Pick<TodoContext, 'log'>,
  { trace }: Pick<CommandRequest, 'trace'>,
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
      trace_id: trace.trace_id,
    },
    event_type,
  );
}
