import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createWorkspaceBuffers, type WorkspaceBuffers } from '../../src/domain/workspace-buffer.ts';

const limits = { maxEvents: 8, maxBytes: 1_000, maxWorkspaces: 10, maxTotalBytes: 10_000 };
const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function after(buffers: WorkspaceBuffers, workspaceId: string, since: number): string[] | 'resync' {
  const found = buffers.after(workspaceId, since);
  return found.kind === 'resync' ? 'resync' : found.events.map(textOf);
}

const span = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => `${from + n}`);

test('a client resumes at every cut point that the buffer holds, and resyncs at every other', () => {
  const buffers = createWorkspaceBuffers(limits);
  for (let seq = 5; seq <= 30; seq += 1) buffers.append('a', seq, bytesOf(`${seq}`));
  for (let since = 0; since <= 31; since += 1) {
    const found = after(buffers, 'a', since);
    if (found === 'resync') assert.ok(since < 30 - 6 || since > 30, `resync at ${since}`);
    else assert.deepEqual([since <= 30, found], [true, span(since + 1, 30)]);
  }
});

test('an event before the head is ignored; a gap clears the events before it', () => {
  const buffers = createWorkspaceBuffers(limits);
  for (const seq of [1, 2, 3]) assert.equal(buffers.append('a', seq, bytesOf(`${seq}`)), true);
  assert.equal(buffers.append('a', 2, bytesOf('again')), false);
  assert.deepEqual(after(buffers, 'a', 0), ['1', '2', '3']);
  assert.equal(buffers.append('a', 5, bytesOf('5')), true);
  assert.deepEqual(
    [after(buffers, 'a', 3), after(buffers, 'a', 4), after(buffers, 'a', 5)],
    ['resync', ['5'], []],
  );
});

test('a workspace beyond its limits loses its oldest events, down to only the head', () => {
  const buffers = createWorkspaceBuffers({ ...limits, maxBytes: 10 });
  for (const seq of [1, 2, 3]) buffers.append('a', seq, bytesOf('4444'));
  assert.deepEqual([after(buffers, 'a', 0), after(buffers, 'a', 1)], ['resync', ['4444', '4444']]);
  buffers.append('a', 4, bytesOf('larger than all of it'));
  assert.deepEqual([after(buffers, 'a', 3), after(buffers, 'a', 4), buffers.head('a')], ['resync', [], 4]);
  buffers.append('a', 5, bytesOf('5'));
  assert.deepEqual([after(buffers, 'a', 3), after(buffers, 'a', 4)], ['resync', ['5']]);
});

test('an unknown or evicted workspace is a resync', () => {
  const buffers = createWorkspaceBuffers({ ...limits, maxWorkspaces: 2 });
  assert.deepEqual([after(buffers, 'a', 0), buffers.head('a')], ['resync', null]);
  for (const id of ['a', 'b', 'a', 'c']) buffers.append(id, (buffers.head(id) ?? 0) + 1, bytesOf(id));
  assert.deepEqual([buffers.head('a'), buffers.head('b'), buffers.head('c')], [2, null, 1]);
});

test('all workspaces together stay within their limit; a resume keeps a workspace longer', () => {
  const buffers = createWorkspaceBuffers({ ...limits, maxTotalBytes: 12 });
  for (const id of ['a', 'b', 'c']) buffers.append(id, 1, bytesOf('4444'));
  assert.deepEqual(after(buffers, 'a', 0), ['4444']);
  buffers.append('d', 1, bytesOf('4444'));
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((id) => buffers.head(id)),
    [1, null, 1, 1],
  );
});

test('a resume is always exactly the events after since, in order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('v', 'w'), fc.integer({ min: 1, max: 40 })), { maxLength: 120 }),
      fc.nat(45),
      fc.constantFrom(1, 3, 100),
      (arrivals, since, workspaces) => {
        const buffers = createWorkspaceBuffers({ ...limits, maxWorkspaces: workspaces, maxBytes: 12 });
        for (const [id, seq] of arrivals) buffers.append(id, seq, bytesOf(String(seq)));
        for (const id of ['v', 'w']) {
          const found = after(buffers, id, since);
          const head = buffers.head(id);
          if (found !== 'resync')
            assert.deepEqual([since <= (head ?? -1), found], [true, span(since + 1, head ?? NaN)]);
          else assert.ok(head === null || since !== head, 'a client at the head needs nothing');
        }
      },
    ),
  );
});
