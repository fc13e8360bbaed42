/** The calendar feed, as a library from PyPI reads it: its dates are those of the schedule, its alarms ring with the reminders. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { openPool } from '@rondo/postgres/open-pool';
import { startTodoAndRecurring, type PersonOfBoth } from '../support/todo-and-recurring.ts';
import { feedCases } from './support/feed-cases.ts';
import { productDates, productReminders, takeSteps } from './support/product-schedule.ts';
import { pythonTools, temporaryDirectory, toolsDirectory } from './support/tools.ts';

const now = new Date('2026-12-01T12:00:00.000Z');
const zone = 'Europe/Berlin';
/** Two years ahead. After it the feed has no dates of a series that no rule describes. */
const days = { first: '2026-12-02', last: '2028-12-30' };
const inDays = (dates: string[] = []) => dates.filter((date) => date >= days.first && date < days.last);

type Read = { dates: Record<string, string[]>; alarms: Record<string, string[]> };

async function readFeed(t: TestContext, bin: string, text: string): Promise<Read> {
  const path = join(temporaryDirectory(t), 'feed.ics');
  writeFileSync(path, text);
  const script = join(toolsDirectory, 'read_feed.py');
  const { stdout } = await promisify(execFile)(
    join(bin, 'python'),
    [script, path, '2026-12-01', '2029-01-02', zone],
    {
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  return JSON.parse(stdout) as Read;
}

async function feedOf(url: string, person: PersonOfBoth): Promise<string> {
  const { body } = await person.todo<{ path: string }>('POST', '/api/v1/calendar-feed');
  return (await fetch(`${url}${body.path}`)).text();
}

test(
  'the feed has the dates of the schedule and the alarms of the reminders',
  { timeout: 240_000 },
  async (t) => {
    const tools = pythonTools();
    if ('missing' in tools) return t.skip(tools.missing);
    const both = await startTodoAndRecurring(t, { clock: { now: () => now } });
    const ada = await both.person({ expires: '100y' });
    await both.live(ada, zone);
    const product = await productOf(t, both, ada);

    const text = await feedOf(both.todo.service.url, ada);
    // Once with the zones that the reader knows, once with those that the file describes.
    const described = text.replaceAll(/(TZID[=:])(?=\w+\/)/g, '$1Of file ');
    for (const [kind, file] of [
      ['known', text],
      ['described', described],
    ] as const) {
      const read = await readFeed(t, tools.bin, file);
      for (const { title, id, dates, reminders } of product)
        await t.test(`${title}, in ${kind} zones`, () => {
          assert.deepEqual(inDays(read.dates[`${id}-event@rondo`]), inDays(dates));
          assert.deepEqual(read.alarms[`${id}@rondo`], reminders);
        });
    }
  },
);

/** Makes the tasks, takes their steps, and asks the product for their dates and reminders. */
async function productOf(
  t: TestContext,
  both: Awaited<ReturnType<typeof startTodoAndRecurring>>,
  person: PersonOfBoth,
) {
  const pool = openPool(both.recurring.database_url, 'reading reminders', 1);
  t.after(() => pool.end());
  const first = new Map<string, string>();
  for (const { steps: _steps, ...draft } of feedCases) {
    const { status, body } = await person.todo<{ id: string }>('POST', '/api/v1/tasks', draft);
    assert.equal(status, 201, JSON.stringify([draft, body]));
    first.set(draft.title, body.id);
  }
  await both.settle();
  const product = [];
  for (const { title, steps = [] } of feedCases) {
    const start = first.get(title) ?? '';
    await takeSteps(both, person, start, steps);
    const { id, dates } = await productDates(person, start, { last: days.last, zone });
    product.push({ title, id, dates, reminders: await productReminders(pool, id) });
  }
  return product;
}
