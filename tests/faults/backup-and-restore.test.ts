import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { openIssuer } from '@rondo/gateway/issuer';
import { connect } from '@rondo/sync-client/sync-client';
import type { WsTicket } from '@rondo/shared/contracts/sync-message';
import type { ChangePage, TaskEvent } from '@rondo/shared/contracts/task-event';
import { eventually } from '@rondo/shared/test/eventually';
import { startHostProcess } from '../support/host-process.ts';
import { assertInvariants } from '../support/invariants.ts';
import { personAt, type Person } from '../support/person.ts';
import { seededRandom } from '../support/random.ts';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.ts';
import { startWriter } from '../support/writer.ts';

const root = resolve(import.meta.dirname, '../..');
const people = ['ada', 'grace', 'barbara'];

/** Runs `npm run backup` or `npm run restore`. */
async function run(command: 'backup' | 'restore', dataDir: string, file: string): Promise<void> {
  const script = join(root, 'hosts/embedded/src', `${command}.ts`);
  await promisify(execFile)(process.execPath, [...process.execArgv, script, file], {
    cwd: root,
    env: { ...process.env, RONDO_DATA_DIR: dataDir },
  });
}

async function keysOf(dataDir: string): Promise<Record<string, string>> {
  const directory = join(dataDir, 'identity');
  const names = await readdir(directory);
  return Object.fromEntries(
    await Promise.all(
      names.map(async (name) => [name, await readFile(join(directory, name), 'utf8')] as const),
    ),
  );
}

/** Checks that a client ahead of the restored server gets `ahead-of-head`, takes a snapshot, and continues from there. */
async function assertGoesOnFromSnapshot(person: Person, baseUrl: string, known: number): Promise<void> {
  const { status, body } = await person.call('GET', `/api/v1/changes?since=${known}`);
  assert.deepEqual([status, (body as { code: string }).code], [409, 'ahead-of-head']);
  const events: TaskEvent[] = [];
  const client = connect({
    url: `${baseUrl.replace('http', 'ws')}/ws`,
    getTicket: async () => ((await person.call('POST', '/api/v1/ws-tickets')).body as WsTicket).ticket,
    async fetchChanges(since) {
      const answer = await person.call('GET', `/api/v1/changes?since=${since}`);
      return answer.status === 200 ? (answer.body as ChangePage) : undefined;
    },
    since: known,
    onEvent: (event) => events.push(event),
    idleMs: 500,
  });
  try {
    await eventually(() => client.state === 'expired', { what: 'the client to learn that it is ahead' });
    const { seq } = await person.snapshot();
    client.reset(seq);
    await eventually(() => client.state === 'live', { what: 'the client to be live again' });
    const made = await person.call('POST', '/api/v1/tasks', { title: 'after the restore' });
    assert.equal(made.status, 201);
    await eventually(() => events.length > 0, { what: 'the event of the change after the restore' });
    assert.deepEqual(
      events.map((event) => event.seq),
      [seq + 1],
    );
  } finally {
    client.close();
  }
}

test(
  'a backup taken under load restores every change that was accepted before it',
  { timeout: 200_000 },
  async (t) => {
    const [dataDir, elsewhere] = [await temporaryDirectory(t), await temporaryDirectory(t)];
    const file = join(elsewhere, 'rondo.backup');
    let host = await startHostProcess(dataDir);
    t.after(async () => {
      await host.end('SIGKILL');
    });
    const issuer = await openIssuer(dataDir);
    const persons = await Promise.all(
      people.map(async (name) => personAt(() => host.endpoints.url, name, await issuer.tokenFor(name))),
    );
    const writers = persons.map((person, index) => startWriter(t, person, seededRandom(index + 1)));
    const everyoneHasWritten = (more: number) => {
      const goals = writers.map(({ accepted }) => accepted.length + more);
      return eventually(
        () => writers.every(({ accepted }, index) => accepted.length >= (goals[index] ?? 0)),
        {
          timeout_ms: 40_000,
          what: 'everyone to have written more',
        },
      );
    };

    await everyoneHasWritten(40);
    const promised = writers.map(({ accepted }) => [...accepted]);
    await run('backup', dataDir, file);
    await everyoneHasWritten(20);
    await Promise.all(writers.map((writer) => writer.finish()));
    const known = await Promise.all(persons.map(async (person) => (await person.changes()).length));
    const keys = await keysOf(dataDir);
    await host.end('SIGKILL');
    await removeDirectory(dataDir);

    assert.equal((await stat(file)).mode & 0o777, 0o600, 'only the owner can read a backup');
    await run('restore', dataDir, file);
    assert.deepEqual(await keysOf(dataDir), keys, 'the keys of channels and tokens are unchanged');
    host = await startHostProcess(dataDir);
    for (const [index, person] of persons.entries()) {
      const feed = await assertInvariants(person, promised[index] ?? []);
      const ahead = known[index] ?? 0;
      assert.ok(feed.length < ahead, 'changes after the backup are gone');
      await assertGoesOnFromSnapshot(person, host.endpoints.url, ahead);
    }
    assert.equal(await host.end('SIGTERM'), 0);
  },
);
