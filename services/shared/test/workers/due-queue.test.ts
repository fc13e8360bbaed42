import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lowestUuid } from '../../src/database/lowest-uuid.ts';
import { eventually } from '../support/eventually.ts';
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

test('a row that can not be processed holds up its own workspace only', async () => {
  const due = new Map([
    ['ada', 3],
    ['eve', 1],
    ['zoe', 2],
  ]);
  const queue = new DueQueue({
    name: 'test',
    fire({ limit, workspaces = [...due.keys()] }) {
      if (workspaces.includes('eve')) return Promise.reject(new Error('poison'));
      let fired = 0;
      for (const workspace of workspaces) {
        const count = Math.min(due.get(workspace) ?? 0, limit);
        due.set(workspace, (due.get(workspace) ?? 0) - count);
        fired += count;
      }
      return Promise.resolve(fired);
    },
    workspacesAfter: ({ after }) => Promise.resolve([...due.keys()].filter((id) => id > after)),
    untilNext: () => Promise.resolve(null),
    log: createLog('test', 'silent'),
  });
  queue.start();
  await eventually(() => due.get('ada') === 0 && due.get('zoe') === 0);
  await queue.stop();
  assert.equal(due.get('eve'), 1);
});
