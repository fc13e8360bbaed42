import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Task, TaskDraft, TaskPatch } from '@rondo/shared/contracts/task';
import { AppError } from '@rondo/shared/errors';
import { rowsOf } from '@rondo/shared/test/document-tables';
import { checkFloatingInput, type ZonesOfPerson } from '../../src/domain/floating.ts';
import { decide, decideCreation, type Command } from '../../src/domain/task.ts';

const now = new Date('2027-03-01T10:00:00.000Z');
const ids = {
  id: '0190aaaa-0000-7000-8000-000000000001',
  workspace_id: '0190aaaa-0000-7000-8000-00000000000a',
};
const vienna = { settingsZone: 'Europe/Vienna', timeZone: 'Europe/Vienna' };
const newYork = { settingsZone: 'America/New_York', timeZone: 'America/New_York' };
const nowhere = { settingsZone: null, timeZone: null };

const create = (draft: Partial<TaskDraft>, zones: ZonesOfPerson = vienna) =>
  decideCreation({ ...ids, draft: { title: 'pills', is_floating: true, ...draft } }, now, zones);
const floating = (draft: Partial<TaskDraft> = {}, zones: ZonesOfPerson = vienna) =>
  create({ due_date: '2027-03-10T08:00:00', ...draft }, zones).after;
const after = (task: Task, command: Command, zones: ZonesOfPerson = vienna): Task =>
  decide(task, command, now, zones)?.after ?? task;
const patched = (task: Task, patch: TaskPatch, zones: ZonesOfPerson = vienna) =>
  after(task, { kind: 'patch', patch }, zones);
const clockOf = ({ due_date, time_zone, is_floating }: Task) => [due_date, time_zone, is_floating];
const remindersOf = ({ reminders }: Task) =>
  reminders.map((reminder) => ('at' in reminder ? reminder.at : reminder.before));
const refusedField = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof AppError);
    return [error.status, error.errors?.[0]?.field];
  }
  return 'nothing was thrown';
};

for (const [what, given = '', zone = '', becomes, target = '', then] of rowsOf(
  'docs/time.md',
  'Floating times',
))
  test(`${what}: ${given}`, () => {
    const task = floating({ due_date: given }, { settingsZone: zone, timeZone: null });
    assert.deepEqual(clockOf(task), [becomes, zone, true]);
    assert.deepEqual(clockOf(after(task, { kind: 'move', zone: target })), [then, target, true]);
    if (given.length === 10) return;
    const reminding = floating(
      { due_date: null, reminders: [{ at: given }] },
      { settingsZone: zone, timeZone: null },
    );
    const moved = after(reminding, { kind: 'move', zone: target });
    assert.deepEqual([remindersOf(reminding), remindersOf(moved)], [[becomes], [then]]);
    assert.deepEqual([reminding.reminder_time, moved.reminder_time], [becomes, then]);
  });

describe('the zone of a floating task', () => {
  test('is that of the settings, else the one in which it floats, else of the token, else UTC', () => {
    const zoneOf = (zones: ZonesOfPerson) => floating({}, zones).time_zone;
    assert.equal(zoneOf({ settingsZone: 'Asia/Tokyo', timeZone: 'Europe/Vienna' }), 'Asia/Tokyo');
    assert.equal(zoneOf({ settingsZone: null, timeZone: 'Europe/Vienna' }), 'Europe/Vienna');
    assert.equal(zoneOf(nowhere), 'UTC');
    const byAnotherToken = { settingsZone: null, timeZone: 'Asia/Tokyo' };
    const moved = patched(floating(), { due_date: '2027-03-11T09:00:00' }, byAnotherToken);
    assert.deepEqual(clockOf(moved), ['2027-03-11T09:00:00+01:00', 'Europe/Vienna', true]);
  });

  test('can not be named together with it, by people', () => {
    assert.deepEqual(
      refusedField(() => checkFloatingInput({ is_floating: true, time_zone: 'Asia/Tokyo' })),
      [422, 'time_zone'],
    );
    for (const input of [{ is_floating: true, time_zone: null }, { time_zone: 'Asia/Tokyo' }, {}])
      checkFloatingInput(input);
  });

  test('is named by a calendar: its dates are wall clock there', () => {
    const draft = { time_zone: 'Asia/Tokyo', due_date: '2027-03-10T09:00:00+09:00' };
    assert.deepEqual(clockOf(floating(draft)), ['2027-03-10T09:00:00+01:00', 'Europe/Vienna', true]);
  });
});

describe('an input', () => {
  test('without an offset is refused for a task that does not float, and so is a day that does not exist', () => {
    const local = '2027-03-10T08:00:00';
    const fixed = { is_floating: false };
    assert.deepEqual(
      refusedField(() => create({ ...fixed, due_date: local })),
      [422, 'due_date'],
    );
    assert.deepEqual(
      refusedField(() => create({ ...fixed, start: local })),
      [422, 'start'],
    );
    const daily = { recurrence_rule: 'FREQ=DAILY', due_date: '2027-03-01' };
    assert.deepEqual(
      refusedField(() => create({ ...fixed, ...daily, exdates: [local] })),
      [422, 'exdates'],
    );
    assert.deepEqual(
      refusedField(() => patched(create(fixed).after, { due_date: local })),
      [422, 'due_date'],
    );
    assert.deepEqual(
      refusedField(() => create({ due_date: '2027-02-30T08:00:00' })),
      [422, 'due_date'],
    );
  });

  test('that makes a task float keeps its instants, and one that ends it keeps them too', () => {
    const fixed = create({
      is_floating: false,
      due_date: '2027-03-10T08:00:00+09:00',
      time_zone: 'Asia/Tokyo',
    });
    const task = patched(fixed.after, { is_floating: true });
    assert.deepEqual(clockOf(task), ['2027-03-10T00:00:00+01:00', 'Europe/Vienna', true]);
    assert.deepEqual(clockOf(patched(task, { is_floating: false })), [
      task.due_date,
      'Europe/Vienna',
      undefined,
    ]);
    const inTokyo = patched(task, { time_zone: 'Asia/Tokyo' });
    assert.deepEqual(clockOf(inTokyo), [task.due_date, 'Asia/Tokyo', undefined]);
    assert.equal(JSON.stringify(inTokyo).includes('is_floating'), false);
    assert.deepEqual(clockOf(patched(task, { time_zone: null })), [task.due_date, null, undefined]);
    const replaced = after(task, {
      kind: 'replace',
      replacement: { title: 'pills', due_date: '2027-03-10' },
    });
    assert.deepEqual(clockOf(replaced), ['2027-03-10', null, undefined]);
  });

  test('to a task that the person left behind in another zone moves it there first', () => {
    const task = floating({ start: '2027-03-10T07:00:00' });
    const renamed = patched(task, { title: 'vitamins' }, newYork);
    assert.deepEqual(
      [renamed.start, ...clockOf(renamed)],
      ['2027-03-10T07:00:00-05:00', '2027-03-10T08:00:00-05:00', 'America/New_York', true],
    );
    const later = patched(task, { due_date: '2027-03-10T09:30:00' }, newYork);
    assert.deepEqual(
      [later.start, later.due_date],
      ['2027-03-10T07:00:00-05:00', '2027-03-10T09:30:00-05:00'],
    );
  });

  test('of the dates of a series is read like its due date', () => {
    const { after: task } = create({
      due_date: '2027-03-10T08:00:00',
      recurrence_rule: 'FREQ=DAILY;UNTIL=20270320T070000Z',
      exdates: ['2027-03-12T08:00:00', '2027-03-13'],
      rdates: ['2027-03-15T19:00:00Z'],
    });
    const { exdates, rdates } = task;
    assert.deepEqual(
      [exdates, rdates],
      [['2027-03-12T08:00:00+01:00', '2027-03-13'], ['2027-03-15T20:00:00+01:00']],
    );
    const moved = after(task, { kind: 'move', zone: 'America/New_York' });
    assert.deepEqual(moved.exdates, ['2027-03-12T08:00:00-05:00', '2027-03-13']);
    assert.equal(task.recurrence_rule, 'FREQ=DAILY;UNTIL=20270320T080000');
  });
});

describe('an absolute reminder', () => {
  const at = '2027-03-10T07:45:00';
  const withOthers = { reminders: [{ before: 'PT30M' }, { at }] };
  const [before, inVienna, inNewYork] = ['PT30M', `${at}+01:00`, `${at}-05:00`];

  test('of a floating task is wall clock, like its dates', () => {
    const task = floating(withOthers);
    assert.deepEqual(remindersOf(task), [before, inVienna]);
    const moved = decide(task, { kind: 'move', zone: 'America/New_York' }, now);
    assert.deepEqual(moved?.changed, ['due_date', 'time_zone', 'reminders']);
    assert.deepEqual(remindersOf(moved.after), [before, inNewYork]);
    const back = after(moved.after, { kind: 'move', zone: 'Europe/Vienna' });
    assert.deepEqual(remindersOf(back), [before, inVienna]);
  });

  test('given as the shorthand joins those that the task has, in the zone of now', () => {
    const task = floating(withOthers);
    const patch = { reminder_time: '2027-03-10T07:50:00' };
    assert.deepEqual(remindersOf(patched(task, patch, newYork)), ['2027-03-10T07:50:00-05:00', before]);
    assert.deepEqual(remindersOf(patched(task, { reminder_time: null }, newYork)), [before]);
    const second = [{ before: 'PT30M' }, { at }, { at: '2027-03-10T07:55:00' }];
    assert.deepEqual(remindersOf(patched(floating({ reminders: second }), { reminder_time: at }, newYork)), [
      inNewYork,
      before,
      '2027-03-10T07:55:00-05:00',
    ]);
  });

  test('moves with what a command does to a task that was left behind', () => {
    const task = floating(withOthers);
    assert.deepEqual(remindersOf(patched(task, { title: 'vitamins' }, newYork)), [before, inNewYork]);
    const done = after(task, { kind: 'complete' }, newYork);
    assert.deepEqual(remindersOf(done), [before, inVienna]);
    assert.deepEqual(remindersOf(after(done, { kind: 'reopen' }, newYork)), [before, inNewYork]);
    const reverted = after(done, { kind: 'revert', to: task }, newYork);
    assert.deepEqual(remindersOf(reverted), [before, inNewYork]);
  });

  test('keeps its instant when a task begins or ends to float', () => {
    const fixed = create({ is_floating: false, reminders: [{ at: '2027-03-10T06:45:00Z' }] });
    const begun = patched(fixed.after, { is_floating: true });
    assert.deepEqual(remindersOf(begun), [inVienna]);
    const ended = patched(begun, { is_floating: false });
    assert.deepEqual(remindersOf(after(ended, { kind: 'move', zone: 'America/New_York' })), [inVienna]);
  });

  test('without an offset is refused for a task that does not float, and so is a day that does not exist', () => {
    const fixed = { is_floating: false, due_date: '2027-03-10' };
    assert.deepEqual(
      refusedField(() => create({ ...fixed, ...withOthers })),
      [422, 'reminders/1/at'],
    );
    assert.deepEqual(
      refusedField(() => create({ ...fixed, reminder_time: at })),
      [422, 'reminder_time'],
    );
    assert.deepEqual(
      refusedField(() => patched(floating(withOthers), { ...withOthers, is_floating: false })),
      [422, 'reminders/1/at'],
    );
    assert.deepEqual(
      refusedField(() => create({ reminders: [{ at: '2027-02-29T08:00:00' }] })),
      [422, 'reminders/0/at'],
    );
    assert.deepEqual(
      refusedField(() => create({ reminder_time: '2027-02-29T08:00:00' })),
      [422, 'reminder_time'],
    );
  });
});

describe('a move', () => {
  test('leaves complete tasks where they are until they are reopened', () => {
    const done = after(floating(), { kind: 'complete' }, newYork);
    assert.equal(done.due_date, '2027-03-10T08:00:00+01:00');
    assert.equal(patched(done, { title: 'vitamins' }, newYork).due_date, '2027-03-10T08:00:00+01:00');
    assert.equal(after(done, { kind: 'reopen' }, newYork).due_date, '2027-03-10T08:00:00-05:00');
    assert.equal(patched(done, { status: 'pending' }, newYork).due_date, '2027-03-10T08:00:00-05:00');
  });

  test('leaves the trash where it is until it is restored', () => {
    const gone = after(floating(), { kind: 'delete' }, newYork);
    assert.equal(gone.due_date, '2027-03-10T08:00:00+01:00');
    assert.equal(
      after(gone, { kind: 'restore', toTop: false }, newYork).due_date,
      '2027-03-10T08:00:00-05:00',
    );
  });

  test('leaves what is complete in the trash where it is, restored or not', () => {
    const done = after(floating(), { kind: 'complete' });
    const restored = after(after(done, { kind: 'delete' }), { kind: 'restore', toTop: false }, newYork);
    assert.equal(restored.due_date, '2027-03-10T08:00:00+01:00');
    const undone = after(
      floating(),
      { kind: 'revert', to: floating({ title: 'x' }), toTrash: true },
      newYork,
    );
    assert.deepEqual([undone.title, undone.due_date], ['x', '2027-03-10T08:00:00+01:00']);
  });

  test('is not reverted by a return to an earlier version, also without a zone in the settings', () => {
    const before = floating();
    const moved = after(before, { kind: 'move', zone: 'America/New_York' });
    const renamed = patched(moved, { title: 'vitamins' }, newYork);
    for (const zones of [newYork, nowhere]) {
      const reverted = after(renamed, { kind: 'revert', to: before }, zones);
      assert.deepEqual([reverted.title, ...clockOf(reverted)], ['pills', ...clockOf(moved)]);
    }
  });

  test('of a task that does not float, or is there already, changes nothing', () => {
    const command = { kind: 'move', zone: 'Europe/Vienna' } as const;
    assert.equal(decide(floating(), command, now), undefined);
    const fixed = create({ is_floating: false, time_zone: 'Asia/Tokyo' }).after;
    assert.equal(decide(fixed, command, now), undefined);
  });

  test('never puts the start behind the due date: a gap moves only the start', () => {
    const task = floating({ start: '2027-03-14T02:45:00', due_date: '2027-03-14T03:15:00' });
    const moved = after(task, { kind: 'move', zone: 'America/New_York' });
    assert.deepEqual([moved.start, moved.due_date], Array(2).fill('2027-03-14T03:15:00-04:00'));
  });

  test('keeps a fraction of a second', () => {
    const task = floating({ due_date: '2027-03-10T08:00:00.250+01:00' });
    const moved = after(task, { kind: 'move', zone: 'America/New_York' });
    assert.equal(moved.due_date, '2027-03-10T13:00:00.250Z');
  });
});
