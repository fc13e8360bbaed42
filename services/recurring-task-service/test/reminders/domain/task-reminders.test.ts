import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Reminder } from '@rondo/shared/contracts/task';
import type { FollowedTask } from '../../../src/domain/followed-task.ts';
import {
  movedReminders,
  setReminders,
  type ReminderState,
} from '../../../src/reminders/domain/task-reminders.ts';

test('an instant that fired or had passed is never set again', () => {
  const reminders = setReminders(
    new Map([
      [1, 'fired'],
      [2, 'passed'],
      [3, 'pending'],
    ]),
    [1, 2, 4, 9],
    5,
  );
  assert.deepEqual(
    [...reminders],
    [
      [1, 'fired'],
      [2, 'passed'],
      [4, 'passed'],
      [9, 'pending'],
    ],
  );
});

test('of the reminders that a task does not want any more, the latest 100 are kept', () => {
  let reminders = new Map<number, 'pending' | 'fired' | 'passed'>();
  for (let change = 0; change < 50; change += 1) {
    const wanted = Array.from({ length: 20 }, (_, index) => change * 20 + index);
    reminders = setReminders(reminders, wanted, 1_000_000);
  }
  assert.equal(reminders.size, 120);
  assert.equal(Math.min(...reminders.keys()), 1_000 - 120);
  assert.equal(setReminders(reminders, [], 1_000_000).size, 100);
});

describe('the reminders of a floating task whose person moves', () => {
  const offsets = { 'Europe/Vienna': '+01:00', 'America/New_York': '-05:00', 'Asia/Tokyo': '+09:00' };
  type Zone = keyof typeof offsets;

  /** A task due at 13:30 of 10 March. `reminders`: durations before, or times of that day. */
  const taskIn = (zone: Zone, reminders: string[], due = '13:30'): FollowedTask => ({
    workspace_id: '',
    id: '',
    version: 1,
    number: null,
    state: 'open',
    series_id: null,
    parent_id: null,
    follows_id: null,
    scheduled: null,
    closed_at: null,
    successor_date: null,
    person_zone: zone,
    is_floating: true,
    task: { title: '', priority: 4, list: null, time_zone: zone, due_date: textOf(due, zone) },
    reminders: reminders.map((one): Reminder =>
      one.startsWith('P') ? { before: one } : { at: textOf(one, zone) },
    ),
  });
  const textOf = (time: string, zone: Zone) => `2027-03-10T${time}:00${offsets[zone]}`;
  const at = (time: string, zone: Zone) => Date.parse(textOf(time, zone));
  const inOrder = (reminders: Map<number, ReminderState>) =>
    [...reminders].toSorted(([left], [right]) => left - right);

  test('an absolute one moves like one before the due date; what fired does not fire again, to and fro', () => {
    for (const [reminder, time] of [
      ['07:30', '07:30'],
      ['PT6H', '07:30'],
    ] as const) {
      const [vienna, newYork] = [taskIn('Europe/Vienna', [reminder]), taskIn('America/New_York', [reminder])];
      const [here, there] = [at(time, 'Europe/Vienna'), at(time, 'America/New_York')];
      const waiting = movedReminders(new Map([[here, 'pending']]), vienna, newYork);
      assert.deepEqual([...waiting], [[there, 'pending']]);
      assert.deepEqual([...movedReminders(waiting, newYork, vienna)], [[here, 'pending']]);
      const fired = movedReminders(new Map([[here, 'fired']]), vienna, newYork);
      const both = [
        [here, 'fired'],
        [there, 'passed'],
      ];
      assert.deepEqual(inOrder(fired), both);
      assert.deepEqual(inOrder(movedReminders(fired, newYork, vienna)), both);
    }
  });

  test('one that reaches the instant that another leaves keeps its own state', () => {
    for (const reminders of [
      ['07:30', '13:30'],
      ['13:30', '07:30'],
      ['PT6H', 'PT0S'],
      ['07:30', 'PT0S'],
    ]) {
      const [vienna, newYork] = [taskIn('Europe/Vienna', reminders), taskIn('America/New_York', reminders)];
      const [morning, noon, evening] = [
        at('07:30', 'Europe/Vienna'),
        at('13:30', 'Europe/Vienna'),
        at('13:30', 'America/New_York'),
      ];
      const moved = movedReminders(
        new Map([
          [morning, 'fired'],
          [noon, 'pending'],
        ]),
        vienna,
        newYork,
      );
      assert.deepEqual(inOrder(moved), [
        [morning, 'fired'],
        [noon, 'passed'],
        [evening, 'pending'],
      ]);
      const back = movedReminders(
        new Map([
          [noon, 'pending'],
          [evening, 'pending'],
        ]),
        newYork,
        vienna,
      );
      assert.deepEqual(inOrder(back), [
        [morning, 'pending'],
        [noon, 'pending'],
      ]);
    }
  });

  test('an absolute one moves also if the person sets another due date meanwhile', () => {
    const [before, after] = [
      taskIn('Europe/Vienna', ['07:30', 'PT30M']),
      taskIn('America/New_York', ['07:30', 'PT30M'], '15:00'),
    ];
    const noon = at('13:00', 'Europe/Vienna');
    const reminders = new Map([
      [at('07:30', 'Europe/Vienna'), 'fired'],
      [noon, 'pending'],
    ] as const);
    assert.deepEqual(inOrder(movedReminders(reminders, before, after)), [
      [at('07:30', 'Europe/Vienna'), 'fired'],
      [noon, 'pending'],
      [at('07:30', 'America/New_York'), 'passed'],
    ]);
  });

  test('two moves in one event keep what waits', () => {
    const reminders = new Map([[at('07:30', 'Europe/Vienna'), 'pending']] as const);
    const moved = movedReminders(
      reminders,
      taskIn('Europe/Vienna', ['07:30']),
      taskIn('Asia/Tokyo', ['07:30']),
    );
    assert.deepEqual([...moved], [[at('07:30', 'Asia/Tokyo'), 'pending']]);
  });

  test('of a task that ends to float at that moment, an absolute one stays', () => {
    const reminders = new Map([[at('07:30', 'Europe/Vienna'), 'pending']] as const);
    const vienna = taskIn('Europe/Vienna', ['07:30']);
    const pinned = { ...taskIn('America/New_York', []), is_floating: false, reminders: vienna.reminders };
    assert.deepEqual([...movedReminders(reminders, vienna, pinned)], [...reminders]);
  });
});
