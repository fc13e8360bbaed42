import assert from 'node:assert/strict';
import { once, type EventEmitter } from 'node:events';
import { appendFileSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '@rondo/shared/test/eventually';
import { mountSmallDisk } from '../../../tests/support/small-disk.ts';
import { temporaryDirectory } from '../../../tests/support/temporary-directory.ts';
import { openLogFile } from '../src/log-file.ts';
import { rotateAtBytes, rotateByCopy } from '../src/rotate-log.ts';

const lineBytes = 1_024;
const numbered = (number: number) => `${String(number).padStart(lineBytes - 1)}\n`;
const numbersIn = (path: string) => readFileSync(path, 'utf8').trimEnd().split('\n').map(Number);
/** What a writer may have in one write when the limit is reached. */
const oneWrite = 64 * 1024;

test('a log is rotated while it is written: four files of 16 MiB, with the newest lines, none of them missing', async (t) => {
  const directory = await temporaryDirectory(t);
  const path = join(directory, 'rondo.log');
  const lines = 90 * 1024;
  {
    await using file = openLogFile(path);
    for (let number = 1; number <= lines; number += 1) {
      file.destination.write(numbered(number));
      // Faster than any log, but not so fast that the disk can't follow.
      if (number % 1_000 === 0) await once(file.destination as unknown as EventEmitter, 'drain');
    }
  }
  assert.deepEqual(readdirSync(directory).toSorted(), [
    'rondo.log',
    'rondo.log.1',
    'rondo.log.2',
    'rondo.log.3',
  ]);
  const paths = ['rondo.log.3', 'rondo.log.2', 'rondo.log.1', 'rondo.log'].map((name) =>
    join(directory, name),
  );
  for (const one of paths) assert.ok(statSync(one).size <= rotateAtBytes + oneWrite, one);
  const kept = paths.flatMap((one) => numbersIn(one));
  assert.equal(kept.at(-1), lines);
  assert.deepEqual(
    kept,
    Array.from({ length: kept.length }, (_, index) => (kept[0] ?? 0) + index),
  );
});

test('a log that is already large at the start is rotated at its first line', async (t) => {
  const path = join(await temporaryDirectory(t), 'rondo.log');
  appendFileSync(path, Buffer.alloc(rotateAtBytes, 'x'));
  {
    await using file = openLogFile(path);
    file.destination.write('new\n');
    await eventually(() => statSync(`${path}.1`, { throwIfNoEntry: false }));
    file.destination.write('newer\n');
  }
  assert.ok(statSync(path).size < lineBytes);
});

test('on a full disk lines are lost, and later ones are written as soon as there is space', async (t) => {
  const disk = await mountSmallDisk(8);
  if (!disk) return t.skip('this user may not mount a small disk');
  t.after(() => disk.unmount());
  const path = join(disk.directory, 'rondo.log');
  await using file = openLogFile(path);
  file.destination.write('first\n');
  await eventually(() => statSync(path, { throwIfNoEntry: false })?.size);
  await disk.fill();
  for (let number = 0; number < 10_000; number += 1) file.destination.write(numbered(number));
  await disk.free();
  await eventually(() => {
    file.destination.write('last\n');
    return readFileSync(path, 'utf8').endsWith('last\n');
  });
});

test('a log that another program appends to is copied and emptied', async (t) => {
  const directory = await temporaryDirectory(t);
  const path = join(directory, 'kafka.log');
  for (let round = 1; round <= 6; round += 1) {
    appendFileSync(path, `round ${round}\n`);
    await rotateByCopy(path);
  }
  appendFileSync(path, 'now\n');
  const texts = ['', '.1', '.2', '.3'].map((end) => readFileSync(`${path}${end}`, 'utf8'));
  assert.deepEqual(texts, ['now\n', 'round 6\n', 'round 5\n', 'round 4\n']);
  assert.equal(readdirSync(directory).length, 4);
});
