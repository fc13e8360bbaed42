import type { Worker } from '@rondo/shared/workers/worker';
import { createWakeableSleep } from '@rondo/shared/workers/wakeable-sleep';
import { makeCheckpoints } from '../commands/make-checkpoints.ts';
import type { AuditContext } from '../context.ts';
import { findUnsignedChains } from '../queries/find-unsigned-chains.ts';

/** Signing takes about 0.1 ms, and nothing else runs meanwhile. */
const chainsAtOnce = 100;
const failurePauseMs = 5_000;

/**
 * Makes checkpoints. Each round takes the chains that grew in this replica since the round before, one round every `everyMs`; a
 * chain that got many records is taken at once. At the start it takes the chains whose end an earlier process left unsigned, except
 * those that have grown since, which the next round signs.
 */
export function createCheckpointWorker(ctx: AuditContext, { everyMs }: { everyMs: number }): Worker {
  const { log } = ctx;
  const { growth } = ctx.checkpoints;
  const stopping = new AbortController();
  const naps = createWakeableSleep();
  let running: Promise<void> = Promise.resolve();
  let nextRoundMs = performance.now() + everyMs;

  async function signAll(workspaceIds: string[]): Promise<void> {
    for (let start = 0; start < workspaceIds.length && !stopping.signal.aborted; start += chainsAtOnce)
      await makeCheckpoints(ctx, workspaceIds.slice(start, start + chainsAtOnce));
  }

  async function signLeftBehind(): Promise<void> {
    for await (const workspaceIds of findUnsignedChains(ctx)) {
      await signAll(workspaceIds.filter((id) => !growth.has(id)));
      if (stopping.signal.aborted) return;
    }
  }

  async function signGrown(): Promise<void> {
    const isRound = performance.now() >= nextRoundMs;
    const grown = isRound ? growth.takeAll() : growth.takeLong();
    try {
      await signAll(grown);
    } catch (error) {
      for (const workspaceId of grown) growth.add(workspaceId);
      throw error;
    }
    if (isRound) nextRoundMs = performance.now() + everyMs;
  }

  async function run(): Promise<void> {
    let isFirst = true;
    while (!stopping.signal.aborted) {
      naps.look();
      try {
        if (isFirst) await signLeftBehind();
        isFirst = false;
        await signGrown();
        await naps.sleep(nextRoundMs - performance.now());
      } catch (error) {
        log.warn({ err: error }, 'checkpoints wait for the database');
        await naps.sleep(failurePauseMs);
      }
    }
  }

  return {
    start() {
      running = run();
    },
    async stop() {
      stopping.abort();
      naps.wake();
      await running;
    },
    wake: () => naps.wake(),
  };
}
