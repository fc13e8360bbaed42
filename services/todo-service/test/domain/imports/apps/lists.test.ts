import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fixture, readFileOf, readingOf, remarksOf, tasksIn } from '../../../support/import-file.ts';

describe('markdown and text', () => {
  test('Markdown', async () => {
    const read = await readingOf(await fixture('list.md'));
    assert.deepEqual(read, {
      format: 'markdown',
      tasks: [
        {
          title: 'Pay rent',
          description: 'Account DE12\nsecond line',
          priority: 1,
          due_date: '2026-12-01T09:00:00+01:00',
          recurrence_rule: 'FREQ=MONTHLY;BYMONTHDAY=1',
          list: 'Home',
        },
        { title: 'Water the plants', status: 'complete', list: 'Home' },
        { title: 'Paint the door', list: 'Home' },
        { title: 'Buy paint', below: 'Paint the door', labels: ['errand'], list: 'Home' },
        { title: 'ask for blue', below: 'Buy paint', list: 'Home' },
        { title: 'Book hotel', due_date: '2026-11-22', list: 'Trip' },
        { title: 'Call Anna every day except sometimes', list: 'Trip' },
      ],
      skipped: [
        'Some words about this file.: it is text, and not an item of a list',
        '```: it is text, and not an item of a list',
        '- not a task: it is text, and not an item of a list',
        '```: it is text, and not an item of a list',
      ],
      notes: [
        'Call Anna every day except sometimes: these words look like a date, and were not understood: "every day except"',
      ],
    });
  });

  test('plain text', async () => {
    const read = await readingOf(await fixture('list.txt'), { format: 'text' });
    assert.deepEqual(read, {
      format: 'text',
      tasks: [
        {
          title: 'Pay rent',
          priority: 1,
          due_date: '2026-12-01T09:00:00+01:00',
          recurrence_rule: 'FREQ=MONTHLY;BYMONTHDAY=1',
          list: 'home',
        },
        { title: 'Water the plants' },
        { title: 'Paint the door', status: 'complete' },
        { title: 'Buy paint', below: 'Paint the door' },
        { title: 'Book hotel', due_date: '2026-12-24', list: 'Trip' },
      ],
      skipped: [],
      notes: [],
    });
  });

  test('a title that is too long is whole in the description, and equal lines are different tasks', async () => {
    const long = 'word '.repeat(100).trim();
    const file = await readFileOf(`${long}\nmilk\nmilk\n`, { format: 'text' });
    const [first] = tasksIn(file);
    assert.deepEqual([first?.['description'], String(first?.['title']).length], [long, 255]);
    assert.equal(new Set(file.drafts.map(({ key }) => key)).size, 3);
    assert.deepEqual(
      remarksOf(file.notes).map((note) => note.slice(-31)),
      ['its title was cut to 255 characters'.slice(-31)],
    );
  });

  test('an item that was checked since has the same key', async () => {
    const keyOf = async (line: string) => (await readFileOf(line)).drafts[0]?.key;
    assert.equal(await keyOf('- [x] milk'), await keyOf('- [ ] milk'));
  });
});
