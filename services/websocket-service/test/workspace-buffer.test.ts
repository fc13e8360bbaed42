import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createWorkspaceBuffers } from '../src/workspace-buffer.ts';

test('a client resumes at every cut point that the buffer holds, and resyncs at every other', () => {
  const buffers = createWorkspaceBuffers({ max_events: 8, max_workspaces: 10 });
  for (let seq = 5; seq <= 30; seq += 1) buffers.append('a', seq, `e${seq}`);
  for (let since = 0; since <= 31; since += 1) {
    const found = buffers.after('a', since);
    if (found.kind === 'resume') {
      assert.deepEqual(
        found.events,
        Array.from({ length: 30 - since }, (_, n) => `e${since + 1 + n}`),
      );
    } else assert.ok(since < 30 - 8 || since > 30, `resync at ${since}`);
  }
  assert.equal(buffers.after('a', 30).kind, 'resume');
  assert.equal(buffers.after('a', 26).kind, 'resume');
});

test('a workspace that was never seen, and one that was dropped for others, is a resync', () => {
  const buffers = createWorkspaceBuffers({ max_events: 8, max_workspaces: 2 });
  assert.deepEqual([buffers.after('a', 0).kind, buffers.head('a')], ['resync', null]);
  for (const id of ['a', 'b', 'a', 'c']) buffers.append(id, (buffers.head(id) ?? 0) + 1, id);
  assert.deepEqual([buffers.head('a'), buffers.head('b'), buffers.head('c')], [2, null, 1]);
});

test('whatever arrives, a resume is exactly the events after since, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 120 }), fc.nat(45), (seqs, since) => {
      const buffers = createWorkspaceBuffers({ max_events: 10, max_workspaces: 2 });
      for (const seq of seqs) buffers.append('w', seq, String(seq));
      const found = buffers.after('w', since);
      if (found.kind === 'resync') return;
      const head = Math.max(...seqs);
      assert.deepEqual(
        found.events,
        Array.from({ length: head - since }, (_, n) => String(since + 1 + n)),
      );
    }),
  );
});
