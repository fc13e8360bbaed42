import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lowestUuid } from '../../src/database/lowest-uuid.ts';
import { createLog } from '../../src/observability/log.ts';
import { DueQueue } from '../../src/workers/due-queue.ts';

test('after each full batch the next workspaces have a turn, and after the last one the first again', async () => {
  const workspaces = Array.from({ length: 700 }, (_, n) => `workspace ${String(n).padStart(3, '0')}`);
  const afters: string[] = [];
  const turns: string[][] = [];
  let full = 4;
  const done = Promise.withResolvers<void>();
  const queue = new DueQueue({
    name: 'test',
    batch: 10,
    fire: ({ limit, workspaces: ofTurn }) => {
      if (ofTurn) turns.push(ofTurn);
      else full -= 1;
      return Promise.resolve(ofTurn || full >= 0 ? limit : 3);
    },
    workspacesAfter: ({ after, limit }) => {
      afters.push(after);
      return Promise.resolve(workspaces.filter((id) => id > after).slice(0, limit));
    },
    untilNext: () => {
      done.resolve();
      return Promise.resolve(null);
    },
    log: createLog('test', 'silent'),
  });
  queue.start();
  await done.promise;
  await queue.stop();
  assert.deepEqual(afters, [lowestUuid, 'workspace 499', lowestUuid, 'workspace 499']);
  assert.deepEqual(turns.slice(0, 2).flat(), workspaces);
});
