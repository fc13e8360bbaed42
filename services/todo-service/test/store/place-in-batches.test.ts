import assert from 'node:assert/strict';
import { test } from 'node:test';
import { v7 } from 'uuid';
import { maxRemarks } from '@rondo/shared/contracts/import-report';
import type { ImportedEntry, ImportedFile } from '../../src/domain/imports/imported-file.ts';
import { addRemark, noRemarks } from '../../src/domain/imports/remarks.ts';
import { placeInBatches } from '../../src/store/place-entry.ts';

const workspaceId = v7();

function fileOf(count: number, exdates: string[] = []): ImportedFile {
  const drafts = Array.from({ length: count }, (_, n): ImportedEntry => ({
    key: String(n),
    uid: null,
    parent: null,
    draft: { title: 'a', exdates },
  }));
  return { drafts, ...noRemarks() };
}

/** The sizes of batches that take some time each, in milliseconds. */
async function sizesOf(file: ImportedFile, batchMs: number[]): Promise<number[]> {
  const sizes: number[] = [];
  let time = 0;
  await placeInBatches(file, { workspaceId, isLate: () => false, now: () => time }, async (batch) => {
    time += batchMs[sizes.length] ?? 0;
    sizes.push(batch.length);
    return { imported: batch.length, ...noRemarks() };
  });
  return sizes;
}

test('a batch that took long is followed by smaller ones, until they are quick', async () => {
  assert.deepEqual(await sizesOf(fileOf(1_700), [2_000, 1_000, 500, 100]), [500, 250, 250, 500, 200]);
  assert.deepEqual(await sizesOf(fileOf(600), [60_000, 60_000, 100]), [500, 32, 32, 36]);
});

test('a batch of series with many excluded dates has fewer of them', async () => {
  const exdates = Array.from({ length: 366 }, () => '2027-01-01');
  assert.deepEqual(await sizesOf(fileOf(200, exdates), []), [91, 91, 18]);
});

test('remarks beyond the first 1,000 are counted, and what was not reached comes first', async () => {
  const file = fileOf(501);
  for (let n = 0; n < 700; n += 1) addRemark(file, 'skipped', { uid: null, summary: null, reason: `${n}` });
  const options = { workspaceId, isLate: () => true };
  const { skipped, more } = await placeInBatches(file, options, async (batch) => {
    const placed = { imported: 0, ...noRemarks() };
    for (const { entry } of batch)
      addRemark(placed, 'skipped', { uid: null, summary: null, reason: `batch ${entry.key}` });
    return placed;
  });
  assert.deepEqual([skipped.length, more.skipped, more.notes], [maxRemarks, 201, 0]);
  assert.match(skipped[0]?.reason ?? '', /^1 entries were not reached in time/);
  assert.equal(skipped[1]?.reason, '0');
});
