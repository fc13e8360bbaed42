/** What the product exports, it imports again: every field that a person can write, with any content. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Task, TaskDraft } from '@rondo/shared/contracts/task';
import { AppError } from '@rondo/shared/errors';
import { exportForm } from '../../../../src/domain/export-form.ts';
import { decideCreation } from '../../../../src/domain/task.ts';
import { rowOfTask, tableHeader } from '../../../../src/domain/task-table.ts';
import { visible } from '../../../../src/domain/visible.ts';
import { context, readFileOf, remarksOf } from '../../../support/import-file.ts';

const runs = {
  numRuns: 400,
  ...(process.env['RONDO_SEED'] ? { seed: Number(process.env['RONDO_SEED']) } : {}),
};
const { now, zone } = context;
const zones = { settingsZone: zone, timeZone: zone };
const ids = Array.from({ length: 3 }, (_, n) => `019a0000-0000-7000-8000-00000000000${n}`);
const [id = '', otherId = ''] = ids;

const taskOf = (draft: TaskDraft, taskId = id): Task => {
  const past = { created_at: '2026-11-02T07:00:00.123Z', completed_at: null };
  return decideCreation({ id: taskId, workspace_id: otherId, draft, ...past }, now, zones).after;
};
const tableOf = (...tasks: Task[]) => `${tableHeader}${tasks.map((task) => rowOfTask(task)).join('')}`;
const exportOf = (...tasks: Task[]) =>
  JSON.stringify({ ...exportForm, workspace_id: otherId, exported_at: now.toISOString(), tasks });

const forms: [format: string, fileOf: (...tasks: Task[]) => string][] = [
  ['rondo-csv', tableOf],
  ['rondo', exportOf],
];

/** What tests compare: an import has a time of its own, and a table has no empty description. */
const comparable = ({ updated_at: _at, description, ...task }: Task): unknown =>
  JSON.parse(JSON.stringify({ ...task, description: description === '' ? null : description }));

async function imported(file: string): Promise<Task[]> {
  const { drafts, notes, skipped } = await readFileOf(file, { pieceBytes: 1_000 });
  assert.deepEqual([...remarksOf(notes), ...remarksOf(skipped)], []);
  return drafts.map(({ draft, taskId, parent, createdAt = null, completedAt = null }) => {
    const given = { ...draft, parent_id: parent?.taskId ?? null };
    const past = { created_at: createdAt, completed_at: completedAt };
    return decideCreation({ id: taskId ?? '', workspace_id: otherId, draft: given, ...past }, now, zones)
      .after;
  });
}

/** Characters that mean something in CSV, in a list in a cell, or to a spreadsheet, among others. */
const character = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...`,;"'=+-@\t\r\n \\[]{}#|＝＋－＠\uFEFF\u0001`.split('')) },
  { weight: 2, arbitrary: fc.constantFrom('a', 'é', 'ß', '日', '😀', '\u200D') },
  {
    weight: 1,
    arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).filter((c) => c !== '\0'),
  },
);
// The parser of JSON leaves out a byte order mark at the beginning of a text.
const text = (maxLength: number) =>
  fc.string({ unit: character, maxLength }).map((one) => one.replace(/^\uFEFF+/, ''));
const name = (maxLength: number) =>
  text(maxLength).filter((one) => one.length <= maxLength && visible(one.trim()) !== undefined);
const reminder = fc.constantFrom({ before: 'PT30M' }, { before: 'P1D' }, { at: '2027-01-05T08:00:00+01:00' });

const content = {
  title: name(20),
  description: fc.option(text(30)),
  status: fc.constantFrom<('pending' | 'in_progress')[]>('pending', 'in_progress'),
  priority: fc.constantFrom(1, 2, 3, 4),
  labels: fc.uniqueArray(name(8), { maxLength: 4, selector: (label) => label.trim() }),
  list: fc.option(name(8)),
  reminders: fc.array(reminder, { maxLength: 3 }),
};
const dates = fc.constantFrom<Partial<TaskDraft>[]>(
  { due_date: '2027-01-06' },
  { start: '2027-01-06T22:00:00+01:00', due_date: '2027-01-06' },
  { start: '2027-01-06T22:00:00-08:00', due_date: '2027-01-06', time_zone: 'America/Los_Angeles' },
  { due_date: '2027-01-06T09:00:00.5+05:30' },
  { start: '2027-01-06T08:00:00', due_date: '2027-01-06T09:00:00', is_floating: true },
);
const series = fc.constantFrom<Partial<TaskDraft>[]>(
  {},
  { recurrence_rule: 'FREQ=WEEKLY;BYDAY=MO,WE' },
  { recurrence_rule: 'FREQ=DAILY;INTERVAL=3', recurrence_basis: 'completion' },
  { recurrence_schedule: 'weekly', exdates: ['2027-01-13', '2027-01-20'], rdates: ['2027-01-14'] },
);
const draft = fc
  .tuple(fc.record(content), dates, series)
  .map(([fields, when, again]): TaskDraft => ({ ...fields, ...when, ...again }));

for (const [format, fileOf] of forms)
  describe(format, () => {
    test('any task comes back as it was', () =>
      fc.assert(
        fc.asyncProperty(fc.array(draft, { minLength: 1, maxLength: 3 }), async (drafts) => {
          const tasks = drafts.map((one, index) => taskOf(one, ids[index]));
          assert.deepEqual((await imported(fileOf(...tasks))).map(comparable), tasks.map(comparable));
        }),
        runs,
      ));

    test('one of the largest size, too', async () => {
      const days = Array.from({ length: 366 }, (_, day) =>
        new Date(Date.UTC(2027, 1, 1 + day)).toISOString().slice(0, 10),
      );
      const task = taskOf({
        title: '"'.repeat(255),
        description: ',"'.repeat(10_000),
        labels: Array.from({ length: 50 }, (_, n) => `"${n},`.padEnd(60, '"')),
        list: ','.repeat(100),
        due_date: '2027-01-06',
        recurrence_rule: 'FREQ=DAILY',
        exdates: days,
        rdates: days,
      });
      assert.deepEqual((await imported(fileOf(task))).map(comparable), [comparable(task)]);
    });

    test('a parent, and a completed task with its times', async () => {
      const done = { title: 'done', status: 'complete', parent_id: id } as const;
      const past = { created_at: '2026-11-02T07:00:00.000Z', completed_at: '2026-11-03T08:30:00.000Z' };
      const tasks = [
        taskOf({ title: 'parent' }),
        decideCreation({ id: otherId, workspace_id: otherId, draft: done, ...past }, now).after,
      ];
      assert.deepEqual((await imported(fileOf(...tasks))).map(comparable), tasks.map(comparable));
    });

    test('the content tells the format', async () => {
      assert.equal((await readFileOf(fileOf(taskOf({ title: 'a' })))).format, format);
      assert.deepEqual((await readFileOf(fileOf())).drafts, []);
    });

    test('a completed task of a series does not repeat; a COUNT begins again, with a note', async () => {
      const rule = { recurrence_rule: 'FREQ=DAILY;COUNT=3', due_date: '2027-01-06' };
      const tasks = [
        taskOf({
          title: 'done',
          status: 'complete',
          ...rule,
          exdates: ['2027-01-07'],
          rdates: ['2027-02-07'],
        }),
        taskOf({ title: 'open', ...rule }, otherId),
      ];
      const { drafts, notes, skipped } = await readFileOf(fileOf(...tasks));
      assert.deepEqual(
        drafts.map(({ draft: { recurrence_rule, exdates, rdates } }) => [recurrence_rule, exdates, rdates]),
        [
          [undefined, undefined, undefined],
          ['FREQ=DAILY;COUNT=3', undefined, undefined],
        ],
      );
      assert.deepEqual(remarksOf(notes), ['open: its COUNT counts from its date again']);
      assert.deepEqual(skipped, []);
    });

    test('a reminder before a due date that was removed is left out, with a note', async () => {
      const task = { ...taskOf({ title: 'a' }), reminders: [{ before: 'PT1H' }] };
      const { drafts, notes } = await readFileOf(fileOf(task));
      assert.deepEqual(drafts[0]?.draft.reminders, undefined);
      assert.deepEqual(remarksOf(notes), ['a: a reminder before its due date was left out: it has none']);
    });

    test('an entry with invalid fields is skipped, with the reason', async () => {
      const task = taskOf({ title: 'a' });
      const spoilt = { ...task, due_date: 'soon', time_zone: 'Mars/Olympus' };
      const { drafts, skipped } = await readFileOf(
        fileOf(spoilt, { ...spoilt, due_date: '2027-01-06' }, { ...task, priority: 9 }),
      );
      assert.deepEqual(drafts, []);
      assert.match(
        remarksOf(skipped).join('\n'),
        /^a: its due_date .*\na: its time_zone is unknown\na: its priority /,
      );
    });
  });

describe('a table that went through a spreadsheet', () => {
  test('line feeds, quotes around names, TRUE and lines without an id are read', async () => {
    const file = `"id","title","labels","is_floating","due_date","recurrence_rule"\n,a,"x, ""y,z"",, w",TRUE,2027-01-06,\n,a,,,,\n`;
    const { drafts } = await readFileOf(file);
    assert.deepEqual(
      drafts.map((entry) => entry.draft),
      [{ title: 'a', labels: ['x', 'y,z', 'w'], due_date: '2027-01-06', is_floating: true }, { title: 'a' }],
    );
    assert.equal(new Set(drafts.map(({ key }) => key)).size, 2);
  });
});

test('an export of JSON says what is left out of it; another release is refused', async () => {
  const task = taskOf({ title: 'a' });
  const whole = {
    ...exportForm,
    tasks: [task],
    trash: [task, task],
    history: [{ payload: task }],
    filters: [{ id }],
  };
  const { drafts, notes } = await readFileOf(JSON.stringify(whole));
  assert.equal(drafts.length, 1);
  assert.deepEqual(remarksOf(notes), [
    '-: its trash was left out: 2',
    '-: its saved filters were left out: 1',
  ]);
  await assert.rejects(
    () => readFileOf(JSON.stringify({ ...whole, version: 2 })),
    (error) => error instanceof AppError && /another release/.test(JSON.stringify(error.errors)),
  );
});
