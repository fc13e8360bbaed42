import type { Task } from '@rondo/shared/contracts/task';
import { AppError } from '@rondo/shared/errors';
import type { CommandContext, TodoContext } from '../context.ts';
import { runCommand } from '../store/apply-command.ts';
import { tasksAnswer, type CommandAnswer } from '../store/command-answer.ts';
import { atMostOnce } from '../store/idempotency.ts';
import { countImportEvents, findImport } from '../store/import-events.ts';
import { revertEvents } from '../store/revert-events.ts';
import {
  findTargetWithImports,
  findUndoTarget,
  lastSeqOfTurn,
  type UndoRequest,
} from '../store/undo-target.ts';
import { VersionMoved } from '../store/version-moved.ts';
import { maxShown, undoImport, type UndoneImport } from './undo-import.ts';

/** What the answer of an undo shows. */
type Undone = { tasks: Task[]; orphaned: string[]; answer?: CommandAnswer };

/**
 * Undoes a command, all commands of a turn, or the caller's last command. What it created goes to the trash; everything else returns to
 * the version before. All of it is one command, or nothing is undone. Only an import is undone in slices, and what has changed since
 * stays: those of a turn follow its other commands, one for each request, and the answer counts what remains.
 * @throws AppError 404, 409 `undo-conflict`, 422 as `findUndoTarget` and `revertEvents`; 409 `occurrence-open`
 */
export function undo(
  ctx: TodoContext,
  command: CommandContext,
  request: UndoRequest,
): Promise<CommandAnswer> {
  return atMostOnce(ctx, command, async () => {
    const { reads, ids, clock } = ctx;
    const { workspaceId } = command.identity;
    const commandId = ids.next();
    const target = await ctx.writes.inTurn(workspaceId, () =>
      findTargetWithImports(reads, command, request, clock.now()),
    );
    const [made, ...others] = target?.imports ?? [];
    if (!target || made === undefined)
      return (await undoCommands(ctx, command, { request, commandId })).answer;
    const { idempotency: _key, ...keyless } = command;
    const { tasks: before, orphaned }: Undone =
      target.events.length === 0
        ? { tasks: [], orphaned: [] }
        : await undoCommands(ctx, keyless, { request, commandId });
    const remaining = await countRemaining(ctx, command, others);
    return undoImport(ctx, command, { id: made, commandId }, (progress, tasks) =>
      answerOf(
        { tasks: [...before, ...tasks].slice(0, maxShown), orphaned },
        { ...progress, remaining: progress.remaining + remaining },
      ),
    );
  });
}

async function undoCommands(
  ctx: TodoContext,
  command: CommandContext,
  { request, commandId }: { request: UndoRequest; commandId: string },
): Promise<Required<Undone>> {
  const { workspaceId } = command.identity;
  let undone: Undone = { tasks: [], orphaned: [] };
  const answer = await runCommand(ctx, command, async (tasks, trx) => {
    const now = ctx.clock.now();
    const { events, undoes, lastSeq } = await findUndoTarget(trx, command, request, now);
    if (events.length === 0) throw new AppError('conflict', 'An import has begun. Try again.');
    undone = await revertEvents(trx, tasks, events, { now, zones: command.identity });
    return {
      answer: await answerOf(undone),
      ...undoes,
      commandId,
      async afterwards() {
        // The row of the workspace is locked now: no further change of the turn has a lower seq than the undo.
        const { turn_id: turnId } = request;
        if (turnId !== undefined && (await lastSeqOfTurn(trx, workspaceId, turnId)) !== lastSeq)
          throw new VersionMoved();
      },
    };
  });
  return { ...undone, answer };
}

function answerOf({ tasks, orphaned }: Undone, progress?: UndoneImport): Promise<CommandAnswer> {
  return tasksAnswer(tasks, {
    ...(orphaned.length > 0 ? { at_top_level: orphaned } : {}),
    ...(progress ? { import: progress } : {}),
  });
}

function countRemaining(
  { reads, writes }: TodoContext,
  { identity: { workspaceId } }: CommandContext,
  ids: string[],
): Promise<number> {
  return writes.inTurn(workspaceId, async () => {
    let remaining = 0;
    for (const id of ids) {
      const made = await findImport(reads, workspaceId, id);
      if (made) remaining += await countImportEvents(reads, made, Number.MAX_SAFE_INTEGER);
    }
    return remaining;
  });
}
