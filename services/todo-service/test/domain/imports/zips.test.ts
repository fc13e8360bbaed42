/** A zip that can't be imported is refused with what is wrong about it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '@rondo/shared/errors';
import { readFileOf } from '../../support/import-file.ts';
import { zipOf } from '../../support/zip-of.ts';

/** Where a header says what follows, in the entry of the directory at the end. */
const offsets = { flags: 8, method: 10 };

/** Changes a number in the directory of a zip and, two bytes earlier, in front of its only file. */
function withField(zip: Buffer, field: keyof typeof offsets, value: number): Buffer {
  const changed = Buffer.from(zip);
  const directory = changed.lastIndexOf('PK\u0001\u0002', undefined, 'latin1');
  changed.writeUInt16LE(value, directory + offsets[field]);
  changed.writeUInt16LE(value, offsets[field] - 2);
  return changed;
}

function renamed(zip: Buffer, from: string, to: string): Buffer {
  return Buffer.from(zip.toString('latin1').replaceAll(from, to), 'latin1');
}

const table = await zipOf({ 'tasks.csv': 'TYPE,CONTENT\ntask,a\n' });
const leadsOut = /^body has a file whose name leads out of the zip, such as \.\.\/tasks\.csv/;
const noKnown = 'The zip has neither data.json, as Vikunja makes it, nor .csv files, as Todoist does. ';

const refusals: [what: string, zip: Buffer, code: string, message: RegExp | string][] = [
  [
    'a name with ../',
    renamed(await zipOf({ 'aa/tasks.csv': 'x' }), 'aa/tasks.csv', '../tasks.csv'),
    'invalid-input',
    leadsOut,
  ],
  [
    'an absolute name',
    renamed(await zipOf({ 'a/tasks.csv': 'x' }), 'a/tasks.csv', '/a/task.csv'),
    'invalid-input',
    leadsOut,
  ],
  ['an encrypted file', withField(table, 'flags', 0x801), 'invalid-input', /^body has encrypted files/],
  ['an encrypted directory', withField(table, 'flags', 0x841), 'invalid-input', /^body has encrypted files/],
  [
    'a method that is not Deflate',
    withField(table, 'method', 93),
    'invalid-input',
    /another method than Def/,
  ],
  [
    'a zip in a zip',
    await zipOf({ 'backup.zip': table }),
    'format-unknown',
    `${noKnown}It has backup.zip. Unpack it, and import the zip in it.`,
  ],
  [
    'no file of a known app',
    await zipOf(Object.fromEntries(Array.from({ length: 7 }, (_, n) => [`${n}.txt`, 'x']))),
    'format-unknown',
    `${noKnown}It has 0.txt, 1.txt, 2.txt, 3.txt, 4.txt, and 2 more.`,
  ],
  ['no file', await zipOf({}), 'format-unknown', `${noKnown}It has no files.`],
  [
    'a small file that becomes a large one',
    await zipOf({ 'tasks.csv': Buffer.alloc(201 * 1024 * 1024, 'TYPE,CONTENT\n') }),
    'invalid-input',
    'body is larger than 200 MiB when it is unpacked',
  ],
  [
    'several that become large together',
    await zipOf(
      Object.fromEntries(
        Array.from({ length: 3 }, (_, n) => [
          `${n}.csv`,
          `TYPE,CONTENT\n${`meta,${'x'.repeat(9_000)}\n`.repeat(9_000)}`,
        ]),
      ),
    ),
    'invalid-input',
    'body is larger than 200 MiB when it is unpacked',
  ],
  [
    'more than 1,000 files',
    await zipOf(Object.fromEntries(Array.from({ length: 1_001 }, (_, n) => [`${n}.csv`, 'x']))),
    'invalid-input',
    'body has more than 1000 files',
  ],
  ['one that was cut off', table.subarray(0, -10), 'invalid-input', 'body is not a zip file, or is damaged'],
];

for (const [what, zip, code, message] of refusals)
  test(what, async () => {
    const refused = await readFileOf(zip, { pieceBytes: 64 * 1024 }).then(
      () => assert.fail('it was read'),
      (error: unknown) => error,
    );
    assert.ok(refused instanceof AppError);
    assert.equal(refused.code, code);
    if (typeof message === 'string') assert.equal(refused.message, message);
    else assert.match(refused.message, message);
  });
