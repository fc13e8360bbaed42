import { setTimeout as pause } from 'node:timers/promises';
import { readKeysAfter } from '@rondo/shared/database/keys-after';
import { lowestUuid } from '@rondo/shared/database/lowest-uuid';
import { createWakeableSleep } from '@rondo/shared/workers/wakeable-sleep';
import type { Worker } from '@rondo/shared/workers/worker';
import { carryOutCommands } from '../commands/carry-out-commands.ts';
import type { TodoContext } from '../context.ts';
import type { CommandMetrics } from '../store/command-metrics.ts';

const waitingCommands = { table: 'todo_service.waiting_commands', key: 'workspace_id' };
/** How many workspaces have a turn at the same time. Each takes a connection. */
const places = 3;
/** How soon it sees what other replicas keep. */
const longestSleepMs = 1_000;
const failurePauseMs = 200;

/**
 * Carries out the commands that wait, workspace by workspace: each in turn has one short transaction, and one that takes long, or
 * whose lock is taken, keeps only its own place.
 */
export function createCommandTurns(ctx: TodoContext, metrics: CommandMetrics): Worker {
  const stopping = new AbortController();
  const naps = createWakeableSleep();
  const underWay = new Map<string, Promise<void>>();
  let last = lowestUuid;
  let running: Promise<void> = Promise.resolve();

  async function takeTurn(workspaceId: string): Promise<void> {
    try {
      const error = await carryOutCommands(ctx, workspaceId, (command) =>
        metrics.carriedOut(command, ctx.clock.now()),
      );
      if (error) {
        metrics.dropped();
        ctx.log.error({ workspace_id: workspaceId, err: error }, 'a command became a dead letter');
      }
    } catch (error) {
      ctx.log.warn({ workspace_id: workspaceId, err: error }, 'commands wait for another turn');
      await pause(failurePauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
    underWay.delete(workspaceId);
    naps.wake();
  }

  /** Begins turns for the workspaces after the last one. @returns whether there may be more */
  async function beginTurns(): Promise<boolean> {
    const free = places - underWay.size;
    if (free === 0) return false;
    const turn = { after: last, limit: free, except: [...underWay.keys()] };
    const found = await readKeysAfter(ctx.database, waitingCommands, turn);
    for (const workspaceId of found) {
      last = workspaceId;
      underWay.set(workspaceId, takeTurn(workspaceId));
    }
    if (found.length === free) return false;
    const hasPassed = last !== lowestUuid;
    last = lowestUuid;
    return hasPassed;
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      naps.look();
      try {
        if (!(await beginTurns())) await naps.sleep(longestSleepMs);
      } catch (error) {
        ctx.log.warn({ err: error }, 'commands wait for the database');
        await pause(failurePauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
    await Promise.all(underWay.values());
  }

  return {
    start() {
      running = run();
    },
    wake: () => naps.wake(),
    async stop() {
      stopping.abort();
      naps.wake();
      await running;
    },
  };
}
