import type { Identity } from '@rondo/shared/http/identity';
import type { TraceContext } from '@rondo/shared/observability/trace-context';
import type { PendingChange } from './persist.ts';
import type { Change } from '../domain/task.ts';
import type { TodoContext } from '../context.ts';

/** In whose name, by what, and in the course of what something changes. */
export type OnBehalf = {
  identity: Pick<Identity, 'person_id' | 'source'>;
  trace: TraceContext;
};

/** A decided change with its event's ids and its actor. */
export function pendingChange(
  ctx: Pick<TodoContext, 'ids'>,
  { identity, trace }: OnBehalf,
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
  { trace }: Pick<OnBehalf, 'trace'>,
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
