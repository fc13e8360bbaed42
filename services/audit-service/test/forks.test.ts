/** What `audit:verify` says of kept checkpoints that contradict each other, or that the export doesn't contain. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditCheckpoint } from '@rondo/shared/contracts/audit-checkpoint';
import { v7 } from 'uuid';
import { genesis, hashOf, newestHashVersion } from '../src/domain/chain.ts';
import { openCheckpointKeys } from '../src/domain/checkpoint-keys.ts';
import { verifyExport } from '../src/domain/verify-export.ts';
import { event, linesOf } from './support/audit.ts';

const workspaceId = v7();
const keys = openCheckpointKeys(Buffer.alloc(32, 1).toString('base64'));
const createdAt = '2027-01-04T09:16:00.000Z';

/** A chain of `count` records, each with its checkpoint. Another `title` gives another chain of the same workspace. */
function chainOf(count: number, title: string) {
  let previous = genesis;
  const links = Array.from({ length: count }, (_, n) => {
    const seq = n + 1;
    const { event_id: id, ...changed } = event(workspaceId, seq, { changed: [title] });
    const link = {
      position: seq,
      seq,
      id,
      hash_version: newestHashVersion,
      recorded_at: createdAt,
      event: JSON.stringify({ event_id: id, ...changed }),
    };
    const hash = hashOf(previous, { ...link, workspace_id: workspaceId });
    const record = { ...link, previous_hash: previous.toString('hex'), hash: hash.toString('hex') };
    previous = hash;
    return record;
  });
  return {
    exportAfter: (position: number) => {
      const head = { workspace_id: workspaceId, position: count, hash: previous.toString('hex') };
      return [...links.slice(position), { head }, { checkpoint: checkpointAt(count) }]
        .map((line) => JSON.stringify(line))
        .join('\n');
    },
    checkpointAt,
  };

  function checkpointAt(position: number): AuditCheckpoint {
    const { hash = '', seq = 0 } = links[position - 1] ?? {};
    return signed({ workspace_id: workspaceId, position, seq, hash });
  }
}

type Place = Pick<AuditCheckpoint, 'workspace_id' | 'position' | 'seq' | 'hash'>;

const signed = ({ workspace_id, position, seq, hash }: Place, created_at = createdAt) =>
  keys.sign({ workspace_id, position, seq, hash, created_at });

const verify = (text: string, kept: AuditCheckpoint[]) =>
  verifyExport(linesOf(text), { isSigned: keys.isSigned, kept });

const honest = chainOf(6, 'honest');
const rewritten = chainOf(6, 'rewritten');

for (const [order, kept] of [
  ['the honest one first', [honest.checkpointAt(6), rewritten.checkpointAt(6)]],
  ['the honest one last', [rewritten.checkpointAt(6), honest.checkpointAt(6)]],
] as const)
  test(`two kept checkpoints of one position that differ break every export: ${order}`, async () => {
    for (const { exportAfter } of [honest, rewritten])
      assert.match(
        (await verify(exportAfter(0), [...kept])).message,
        /^broken: the kept checkpoints of position 6, of .* and .*, differ: the chain was rewritten/,
      );
  });

test('a fork before the start of a partial export is found', async () => {
  const kept = [rewritten.checkpointAt(2), honest.checkpointAt(2), honest.checkpointAt(4)];
  assert.match(
    (await verify(honest.exportAfter(4), kept)).message,
    /^broken: the kept checkpoints of position 2/,
  );
});

test('a fork of the highest seq is found, though the hash is the same', async () => {
  const kept = [honest.checkpointAt(6), signed({ ...honest.checkpointAt(6), seq: 7 })];
  assert.match(
    (await verify(honest.exportAfter(0), kept)).message,
    /^broken: the kept checkpoints of position 6/,
  );
  assert.match(
    (await verify(honest.exportAfter(0), kept.slice(1))).message,
    /^broken: record 6 is not the one that was signed/,
  );
});

test('a kept checkpoint before the start of a partial export is named, and not counted as a match', async () => {
  const kept = [honest.checkpointAt(4), rewritten.checkpointAt(2), honest.checkpointAt(1)];
  const { isIntact, message } = await verify(honest.exportAfter(4), kept);
  assert.equal(isIntact, true);
  assert.match(
    message,
    /kept checkpoints match: 1, kept checkpoints before its start, not compared: position 1, 2$/,
  );
});

test('the same checkpoint from two files is no fork', async () => {
  const again = signed(honest.checkpointAt(6), '2027-01-05T09:16:00.000Z');
  assert.match(
    (await verify(honest.exportAfter(0), [honest.checkpointAt(6), again])).message,
    /^intact: 6 records, .*kept checkpoints match: 2$/,
  );
});

test('a kept checkpoint of another workspace is an error wherever its position is', async () => {
  for (const position of [2, 4, 5]) {
    const foreign = signed({ ...honest.checkpointAt(position), workspace_id: v7() });
    assert.match(
      (await verify(honest.exportAfter(4), [honest.checkpointAt(4), foreign])).message,
      new RegExp(`^broken: the kept checkpoint of position ${position} is of another workspace`),
    );
  }
});
