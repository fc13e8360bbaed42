import { sql, type Transaction } from 'kysely';
import { commandTypeOf, type TaskCommand } from '@rondo/shared/contracts/task-command';
import { topics } from '@rondo/shared/contracts/topics';
import { isDatabaseAway } from '@rondo/shared/database/database';
import { AppError } from '@rondo/shared/errors';
import { cloudEventText, readCloudEvent } from '@rondo/shared/messaging/cloud-event';
import { recordDeadLetter } from '@rondo/shared/messaging/dead-letters';
import { traceOf } from '@rondo/shared/observability/trace-context';
import type { CommandContext, TodoContext } from '../context.ts';
import type { ZonesOfPerson } from '../domain/floating.ts';
import { decide } from '../domain/task.ts';
import { applyCommand, lockSubtrees, logCommand, type AppliedCommand } from '../store/apply-command.ts';
import { noContent } from '../store/command-answer.ts';
import { openInsteadOf } from '../store/one-open-occurrence.ts';
import { readZones } from '../store/people.ts';
import { applyInPlace, deleteSubtree } from '../store/subtree.ts';
import type { Tables } from '../store/tables.ts';
import { VersionMoved } from '../store/version-moved.ts';
import type { WorkingSet } from '../store/working-set.ts';
import { createSuccessor } from './create-successor.ts';
import { revokeSuccessor } from './revoke-successor.ts';

/** What one turn of a workspace may take. A command that has begun is finished. */
const turn = { commands: 10, ms: 100 };
/** How often a single command may fail before it becomes a dead letter. */
const maxFailures = 5;

type WaitingCommand = { id: number; command: string; traceparent: string | null };

/**
 * Carries out the first commands that wait in a workspace, in order, in one transaction, each against the current tasks. A command
 * that no longer applies changes nothing. If one fails, the first is tried by itself; one that fails five times by itself becomes a dead letter.
 * @param onCarriedOut is called for each command after the commit
 * @returns the error of a command that became a dead letter
 * @throws if the database is unavailable, the workspace is busy, or a task changed meanwhile: the commands wait for another turn
 */
export async function carryOutCommands(
  ctx: TodoContext,
  workspaceId: string,
  onCarriedOut: (command: TaskCommand) => void,
): Promise<Error | undefined> {
  const carryOut = async (limit: number) => {
    for (const command of await carryOutFirst(ctx, workspaceId, limit)) onCarriedOut(command);
  };
  try {
    await carryOut(turn.commands);
    return undefined;
  } catch (error) {
    if (isTemporary(error)) throw error;
  }
  try {
    await carryOut(1);
    return undefined;
  } catch (error) {
    if (isTemporary(error)) throw error;
    return giveUp(ctx, workspaceId, error instanceof Error ? error : new Error(String(error)));
  }
}

function isTemporary(error: unknown): boolean {
  return (
    isDatabaseAway(error) || error instanceof VersionMoved || (error instanceof AppError && error.retryable)
  );
}

async function carryOutFirst(ctx: TodoContext, workspaceId: string, limit: number): Promise<TaskCommand[]> {
  const applied = await ctx.writes.transaction(workspaceId, async (trx) => {
    await lockSubtrees(trx, workspaceId);
    const { rows } = await sql<WaitingCommand>`
      SELECT id, command, traceparent FROM todo_service.waiting_commands
      WHERE workspace_id = ${workspaceId} ORDER BY id LIMIT ${limit}`.execute(trx);
    const zone = (await readZones(trx, [workspaceId])).get(workspaceId) ?? null;
    const began = performance.now();
    const results: [TaskCommand, CommandContext, AppliedCommand][] = [];
    const done: number[] = [];
    for (const { id, command: text, traceparent } of rows) {
      if (done.length > 0 && performance.now() - began > turn.ms) break;
      const command = JSON.parse(text) as TaskCommand;
      const context = contextOf(command, zone, traceparent);
      const result = await applyCommand(ctx, trx, context, async (tasks) => {
        const at = { now: ctx.clock.now(), zones: context.identity };
        await decideCommand(trx, tasks, command, at);
        return { answer: noContent };
      });
      results.push([command, context, result]);
      done.push(id);
    }
    await removeCommands(trx, done);
    return results;
  });
  for (const [, context, result] of applied) await logCommand(ctx, context, result);
  return applied.map(([command]) => command);
}

async function removeCommands(trx: Transaction<Tables>, ids: number[]): Promise<void> {
  await sql`DELETE FROM todo_service.waiting_commands WHERE id = ANY (${ids}::bigint[])`.execute(trx);
}

/** Counts a failure of the first command. @returns the error if the command becomes a dead letter */
function giveUp(ctx: TodoContext, workspaceId: string, error: Error): Promise<Error | undefined> {
  return ctx.database.transaction().execute(async (trx) => {
    const { rows } = await sql<WaitingCommand & { failures: number }>`
      UPDATE todo_service.waiting_commands SET failures = failures + 1 WHERE id = (
        SELECT id FROM todo_service.waiting_commands WHERE workspace_id = ${workspaceId} ORDER BY id LIMIT 1
      ) RETURNING id, command, traceparent, failures`.execute(trx);
    const [first] = rows;
    if (!first) return undefined;
    ctx.log.warn({ workspace_id: workspaceId, failures: first.failures, err: error }, 'a command failed');
    if (first.failures < maxFailures) return undefined;
    await recordDeadLetter(trx, 'todo_service', {
      cloudEvent: cloudEventOf(first),
      reason: `handler-failed: ${error.message}`,
      stack: error.stack ?? null,
    });
    await removeCommands(trx, [first.id]);
    return error;
  });
}

function cloudEventOf({ command: text, traceparent }: WaitingCommand) {
  const { event_id: id, command_type: type, timestamp: time } = JSON.parse(text) as TaskCommand;
  const topic = topics.taskCommands;
  const context = {
    id,
    source: 'recurring-task-service',
    type: commandTypeOf(type),
    time,
    topic,
    traceparent,
  };
  return readCloudEvent(Buffer.from(cloudEventText(context, text)), topic);
}

function contextOf(
  { actor, workspace_id: workspaceId, turn_id: turnId }: TaskCommand,
  settingsZone: string | null,
  traceparent: string | null,
): CommandContext {
  const { user_id: personId, source, agent } = actor;
  return {
    identity: {
      personId,
      workspaceId,
      source,
      ...(agent ? { agent } : {}),
      timeZone: settingsZone,
      settingsZone,
    },
    trace: traceOf(traceparent),
    ...(turnId === undefined ? {} : { turnId }),
  };
}

async function decideCommand(
  trx: Transaction<Tables>,
  tasks: WorkingSet,
  command: TaskCommand,
  at: { now: Date; zones: ZonesOfPerson },
): Promise<void> {
  const { now, zones } = at;
  if (command.command_type === 'create-successor') return createSuccessor(trx, tasks, command, at);
  if (command.command_type === 'take-back-successor') return revokeSuccessor(trx, tasks, command, now);
  const named = await tasks.find(command.task_id);
  const task = named && (await openInsteadOf(trx, tasks, named));
  if (!task || task.deleted_at !== null || task.status === 'complete') return undefined;
  if (command.command_type === 'skip-occurrence')
    return deleteSubtree(tasks, task, now, { scope: 'occurrence' });
  const change = decide(task, { kind: 'patch', patch: command.patch }, now, zones);
  return change && applyInPlace(tasks, change);
}
