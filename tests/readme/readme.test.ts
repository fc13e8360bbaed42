import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { NotificationPage } from '@rondo/shared/contracts/notification';
import type { ScheduleWithHistory } from '@rondo/shared/contracts/schedule';
import type { Task } from '@rondo/shared/contracts/task';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import { eventually } from '@rondo/shared/test/eventually';
import { startHostProcess } from '../support/host-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const root = join(import.meta.dirname, '../..');

/** Returns the shell lines that the README marks for CI. */
function markedLines(): string[] {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  return [...readme.matchAll(/<!-- ci -->\n```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
    block.trimEnd().split('\n'),
  );
}

/** Runs lines in one shell. @returns the output of each line */
async function run(lines: string[], cwd: string, env: Record<string, string>): Promise<string[]> {
  const marker = '\u001E';
  const script = lines.map((line) => `${line}\nprintf '${marker}'`).join('\n');
  const shell = spawn('bash', ['-ec', script], { cwd, env: { ...process.env, ...env } });
  let output = '';
  let errors = '';
  shell.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  shell.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => {
    shell.on('close', resolve);
  });
  assert.equal(code, 0, `${output}\n${errors}`);
  return output.split(marker);
}

/** The README's `in 1 minute` means the next full minute. Waits while that minute is less than 15 s away. */
function waitForEarlySecond(): Promise<unknown> {
  return eventually(() => new Date().getSeconds() < 45, { timeout_ms: 20_000, every_ms: 100 });
}

test('the commands of the README do what it says', { timeout: 180_000 }, async (t) => {
  const dataDir = await temporaryDirectory(t);
  const host = await startHostProcess(dataDir);
  t.after(() => host.end('SIGTERM'));
  const lines = markedLines();
  assert.equal(lines.length, 16);
  const here = lines.map((line) =>
    line
      .replaceAll('http://127.0.0.1:8000', host.endpoints.url)
      .replaceAll('audit.ndjson', join(dataDir, 'audit.ndjson'))
      .replaceAll('plants.json', join(dataDir, 'plants.json')),
  );
  await waitForEarlySecond();
  const output = await run(here, root, { RONDO_DATA_DIR: dataDir });
  const [, created = '', said = '', watched = '', audit = '', verified = '', , proof = '', ready = ''] =
    output;
  const { id } = JSON.parse(created) as { id: string };
  const rent = JSON.parse(said) as Task;
  assert.deepEqual(
    [rent.title, rent.recurrence_rule, rent.list, rent.priority, rent.reminders],
    ['Pay rent', 'FREQ=MONTHLY;BYMONTHDAY=1', 'home', 2, [{ before: 'P1D' }]],
  );
  const seen = watched
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  const creation = { event_type: 'task-created', version: 1 };
  assert.deepEqual(seen, [
    { seq: 1, ...creation, task_id: id, title: 'Buy oat milk' },
    { seq: 2, ...creation, task_id: rent.id, title: 'Pay rent' },
  ]);
  assert.equal((JSON.parse(audit) as { records: { task_id: string }[] }).records[0]?.task_id, rent.id);
  const { intact, complete_to: completeTo } = JSON.parse(verified) as {
    intact: boolean;
    complete_to: number;
  };
  assert.deepEqual([intact, completeTo], [true, 2]);
  assert.match(proof, /^intact: 2 records, nothing missing up to seq 2/);
  assert.equal((JSON.parse(ready) as { status: string }).status, 'ready');

  const [, arrived = '', inbox = '', , completed = '', followed = '', schedule = ''] = output.slice(9);
  assert.match(
    arrived.trim().split('\n').at(-1) ?? '',
    /"notification":"reminder","title":"Water the plants"/,
  );
  const { notifications, unread } = JSON.parse(inbox) as NotificationPage;
  assert.deepEqual([notifications.map(({ title }) => title), unread], [['Water the plants'], 1]);
  const plants = JSON.parse(completed) as Task;
  const [, , , , successor = ''] = followed.split('\n').filter((line) => line.includes('event_type'));
  assert.deepEqual(JSON.parse(successor), {
    seq: 5,
    ...creation,
    task_id: successorIdOf(plants.id),
    title: 'Water the plants',
  });
  const { history, current_date: current, sentence } = JSON.parse(schedule) as ScheduleWithHistory;
  assert.deepEqual(
    history.map(({ kind }) => kind),
    ['completed', 'started'],
  );
  const weekMs = 7 * 24 * 3_600_000;
  // A week on the wall clock: an hour more or less if daylight saving time begins or ends.
  assert.ok(Math.abs(Date.parse(current ?? '') - Date.parse(plants.due_date ?? '') - weekMs) <= 3_600_000);
  assert.equal(sentence, 'every week on Monday');
});

test(
  'SIGTERM and SIGINT stop cleanly, and the next start reports no recovery',
  { timeout: 60_000 },
  async (t) => {
    const dataDir = await temporaryDirectory(t);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const host = await startHostProcess(dataDir);
      assert.ok(!host.lines.some((line) => line.includes('cut off')), host.lines.join('\n'));
      assert.equal(await host.end(signal), 0, host.lines.join('\n'));
      assert.equal(host.lines.at(-1), 'Stopped. All data is saved.');
    }
  },
);

test('a start that fails prints one line that says what to do', { timeout: 60_000 }, async (t) => {
  const dataDir = await temporaryDirectory(t);
  const host = await startHostProcess(dataDir);
  t.after(() => host.end('SIGTERM'));
  const { port } = new URL(host.endpoints.url);
  const elsewhere = await temporaryDirectory(t);
  for (const [env, dir, expected] of [
    [
      {},
      dataDir,
      /^rondo: .* is in use by another Rondo \(process \d+\): stop that one, or set RONDO_DATA_DIR/,
    ],
    [{ RONDO_PORT: port }, elsewhere, /^rondo: Ports? \d+ \(gateway\).* in use: stop .* set RONDO_PORT/],
    [{ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' }, elsewhere, /^rondo: .*DATABASE_URL/],
    [{ DATABASE_URL: 'mysql://x' }, elsewhere, /^rondo: The environment is wrong: DATABASE_URL/],
    [{ RONDO_PORT: 'many' }, elsewhere, /^rondo: The environment is wrong: RONDO_PORT/],
  ] as [Record<string, string>, string, RegExp][]) {
    await assert.rejects(startHostProcess(dir, env), (error: Error) => {
      const [, ...lines] = error.message.split('\n');
      assert.equal(lines.length, 1, error.message);
      assert.match(lines[0] ?? '', expected);
      return true;
    });
  }
});
