/** Whatever a file contains, it is read with bounded memory and time, or refused in words. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { AppError } from '@rondo/shared/errors';
import { importFormats } from '@rondo/shared/contracts/import-report';
import { fixture, readFileOf, remarksOf, tasksIn } from '../../support/import-file.ts';
import { zipOf } from '../../support/zip-of.ts';

const runs = {
  numRuns: 150,
  ...(process.env['RONDO_SEED'] ? { seed: Number(process.env['RONDO_SEED']) } : {}),
};
const format = fc.constantFrom(undefined, ...importFormats);

/** Reads a file, or gets the words of its refusal. */
async function outcome(...args: Parameters<typeof readFileOf>): Promise<string> {
  try {
    const { drafts } = await readFileOf(...args);
    return `${drafts.length} tasks`;
  } catch (error) {
    if (error instanceof AppError && error.status === 422) return error.message;
    throw error;
  }
}

describe('any content gives tasks or a refusal', () => {
  test('bytes', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), format, async (bytes, given) => {
        await outcome(Buffer.from(bytes), given ? { format: given } : {});
      }),
      runs,
    ));

  test('text of the parts of the formats', () => {
    const part = fc.constantFrom(
      'TYPE,CONTENT,INDENT,DATE\n',
      'task,',
      'note,',
      '"',
      ',',
      '\n',
      '- [ ] ',
      '# ',
      '  ',
      '{"task":{"entities":{',
      '"a":',
      '[{"title":"x",',
      '"tasks":[{',
      '"id":1,',
      '}',
      ']',
      'List Name,Title,Due Date,Repeat\n',
      'title,labels,reminders,recurrence_rule\n',
      '{"format":"rondo-export","tasks":[',
      '2026-12-01',
      'every day',
      '\t',
      '```',
      '\uD800',
      'null',
      ':',
      '"__proto__":',
    );
    return fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 40 }), format, async (parts, given) => {
        await outcome(parts.join(''), given ? { format: given } : {});
      }),
      runs,
    );
  });

  for (const name of [
    'rondo.csv',
    'rondo.json',
    'todoist.csv',
    'ticktick.csv',
    'vikunja.json',
    'super-productivity.json',
    'list.md',
  ])
    test(`${name} with spoilt bytes`, async () => {
      const file = await fixture(name);
      await fc.assert(
        fc.asyncProperty(
          fc.nat(file.length - 1),
          fc.uint8Array({ minLength: 1, maxLength: 20 }),
          async (at, bytes) => {
            const spoilt = Buffer.from(file);
            spoilt.set(bytes.subarray(0, spoilt.length - at), at);
            await outcome(spoilt);
          },
        ),
        { ...runs, numRuns: 60 },
      );
    });

  test('JSON values of any type where an app has others', () =>
    fc.assert(
      fc.asyncProperty(
        fc.dictionary(
          fc.constantFrom(
            'id',
            'title',
            'labels',
            'due_date',
            'related_tasks',
            'reminders',
            'id',
            'parent_id',
            'start',
            'time_zone',
            'status',
            'exdates',
            'recurrence_rule',
            'created_at',
            'comments',
            'created',
            'tagIds',
            'attachments',
            'notes',
            'dueDay',
            'repeats',
            'repeat_after',
          ),
          fc.jsonValue(),
        ),
        async (task) => {
          await outcome(JSON.stringify([{ title: 'P', tasks: [task] }]), { format: 'vikunja' });
          await outcome(JSON.stringify({ format: 'rondo-export', version: 1, tasks: [task] }));
          await outcome(JSON.stringify({ task: { entities: { t: { ...task, id: 't' } } } }), {
            format: 'super-productivity',
          });
        },
      ),
      runs,
    ));
});

describe('encodings', () => {
  test('lines that are not UTF-8 are read as Windows-1252', async () => {
    const file = await readFileOf(Buffer.from('TYPE,CONTENT\ntask,M\xfcll\ntask,plain\n', 'latin1'));
    assert.deepEqual(tasksIn(file), [{ title: 'Müll' }, { title: 'plain' }]);
    assert.deepEqual(remarksOf(file.notes), ['-: lines that are not UTF-8 were read as Windows-1252: 1']);
  });

  test('a character may be cut by the pieces in which a file arrives, also in a long line', async () => {
    const title = 'é€😀'.repeat(20);
    const line = `- [ ] ${'é€😀'.repeat(40_000)}`;
    for (const pieceBytes of [1, 2, 3, 65_536, 65_537])
      assert.deepEqual(tasksIn(await readFileOf(`- ${title}\n`, { pieceBytes })), [{ title }]);
    const [long, milk] = tasksIn(await readFileOf(`${line}\n- milk\n`, { pieceBytes: 65_535 }));
    assert.ok(line.includes(String(long?.['title'])));
    assert.deepEqual(milk, { title: 'milk' });
  });

  test('a character of two code units may be anywhere in a row of CSV', async () => {
    const descriptions = Array.from({ length: 600 }, (_, n) => `${'x'.repeat(n)}😀`);
    const rows = descriptions.map((text, n) => `task,${n},${text}\n`);
    const file = await readFileOf(`TYPE,CONTENT,DESCRIPTION\n${rows.join('')}`, { pieceBytes: 10_000 });
    assert.deepEqual(
      file.drafts.map(({ draft }) => draft.description),
      descriptions,
    );
  });

  test('text with NUL characters is refused', async () => {
    assert.match(await outcome('- a\0', { format: 'text' }), /is not text in UTF-8/);
  });
});

describe('limits', () => {
  const big = { pieceBytes: 65_536 };

  test('JSON that is nested too deeply, or has a text of more than 4 MiB', async () => {
    assert.match(await outcome('['.repeat(200), { ...big, format: 'vikunja' }), /nested too deeply/);
    assert.match(
      await outcome(`["${'x'.repeat(5_000_000)}"]`, { ...big, format: 'vikunja' }),
      /longer than 4 MiB/,
    );
  });

  test('an entry with too many values', async () => {
    const task = `{"title":"P","tasks":[[${'1,'.repeat(150_000)}1]]}`;
    assert.match(await outcome(`[${task}]`, { ...big, format: 'vikunja' }), /an entry of it is too large/);
  });

  test('a row with too many characters or cells', async () => {
    assert.match(await outcome(`TYPE,CONTENT\ntask,"${'x'.repeat(300_000)}`, big), /a row is longer than/);
    assert.match(await outcome(`TYPE,CONTENT\n${','.repeat(32_001)}`, big), /more than 32,000 commas/);
    const odd = (rows: number) => outcome(`TYPE,CONTENT\n,\n${'meta\n'.repeat(rows)}`, big);
    assert.deepEqual([await odd(500), /different numbers of cells/.test(await odd(501))], ['0 tasks', true]);
  });

  test('more text than fits into memory, though its zip is small', async () => {
    const rows = `task,a,${'x'.repeat(19_000)}\n`.repeat(3_600);
    const zip = await zipOf({ 'a.csv': `TYPE,CONTENT,DESCRIPTION\n${rows}` });
    assert.match(await outcome(zip, big), /more than 24 MiB of text/);
  });

  test('a file that takes too long to read', async () => {
    const late = new AppError('invalid-input', 'takes too long');
    const checkTime = () => {
      throw late;
    };
    const zip = await zipOf({ 'a.csv': 'TYPE,CONTENT\n' });
    for (const body of [zip, '- a\n'.repeat(50_000)])
      assert.equal(await outcome(body, { ...big, checkTime }), 'takes too long');
  });

  test('a zip whose sizes are wrong', async () => {
    const zip = await zipOf({ 'data.json': '['.repeat(100_000) });
    const directory = zip.lastIndexOf('PK\u0001\u0002', undefined, 'latin1');
    zip.writeUInt32LE(10, directory + 24);
    assert.match(await outcome(zip, big), /not a zip file, or is damaged/);
  });
});
