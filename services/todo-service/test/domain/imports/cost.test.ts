/** A hostile file of an app is read in time that grows with its size only, and without blocking the event loop. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ImportFormat } from '@rondo/shared/contracts/import-report';
import { AppError } from '@rondo/shared/errors';
import { longestBlockOf } from '@rondo/shared/test/event-loop';
import { assertLinear } from '@rondo/time/test/assert-linear';
import { parentsFirst, type ImportedEntry } from '../../../src/domain/imports/imported-file.ts';
import { readFileOf } from '../../support/import-file.ts';

const lines = (count: number, lineOf: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => lineOf(n)).join('');
const uuidOf = (n: number) => `019a0000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const vikunja = (tasks: string) => `[{"title":"P","tasks":[${tasks}{}]}]`;

/** Files with about as many entries as they are asked for. */
const files: [what: string, format: ImportFormat, file: (count: number) => string][] = [
  [
    'tasks of Todoist, each below the one before',
    'todoist-csv',
    (count) => `TYPE,CONTENT,INDENT\n${lines(count, (n) => `task,a${n},${n + 1}\n`)}`,
  ],
  [
    'tasks of TickTick, each below the next one',
    'ticktick',
    (count) => `List Name,Title,Kind,taskId,parentId\n${lines(count, (n) => `h,t,TEXT,${n + 1},${n + 2}\n`)}`,
  ],
  ['tasks of Vikunja without anything', 'vikunja', (count) => vikunja('{},'.repeat(count))],
  [
    'tasks of Vikunja, each below the next one',
    'vikunja',
    (count) =>
      vikunja(lines(count, (n) => `{"id":${n + 1},"related_tasks":{"parenttask":[{"id":${n + 2}}]}},`)),
  ],
  [
    'rows of our table without anything but labels',
    'rondo-csv',
    (count) => `title,labels,recurrence_rule\n${lines(count, (n) => `t${n},"a, ""b,"" ""c",\n`)}`,
  ],
  [
    'tasks of our export, each below the next one',
    'rondo',
    (count) =>
      `{"format":"rondo-export","version":1,"tasks":[${lines(count, (n) => `{"id":"${uuidOf(n)}","title":"t","parent_id":"${uuidOf(n + 1)}"},`)}{}]}`,
  ],
  ['items below each other', 'markdown', (count) => lines(count, (n) => `${'\t'.repeat(n % 300)}- [ ] a\n`)],
];

async function tryToRead(file: string, format: ImportFormat): Promise<void> {
  try {
    await readFileOf(file, { format, pieceBytes: 64 * 1024 });
  } catch (error) {
    assert.ok(error instanceof AppError && error.status === 422, String(error));
  }
}

for (const [what, format, file] of files)
  describe(what, () => {
    test('take time in proportion to their number', () =>
      assertLinear(4_000, (count) => tryToRead(file(count), format)));

    test('do not block the event loop', async () => {
      const text = file(49_000);
      const block = await longestBlockOf(() => tryToRead(text, format));
      assert.ok(block < 50, `${block} ms`);
    });
  });

test('sorting 50,000 entries, each below the next one, does not block the event loop', async () => {
  const name = (n: number) => ({ key: `key ${n}` });
  const entries = Array.from({ length: 50_000 }, (_, n): ImportedEntry => {
    return { ...name(n), uid: null, parent: name(n + 1), draft: { title: 'a' } };
  });
  const block = await longestBlockOf(async () => {
    assert.equal((await parentsFirst(entries)).size, entries.length);
  });
  assert.ok(block < 50, `${block} ms`);
});
