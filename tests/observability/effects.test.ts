import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openIssuer } from '@rondo/gateway/issuer';
import type { Task } from '@rondo/shared/contracts/task';
import { eventually } from '@rondo/shared/test/eventually';
import { followerOf } from '../support/follower.ts';
import { startHostProcess } from '../support/host-process.ts';
import { personAt } from '../support/person.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const dataDir = await temporaryDirectory({ after });
// The level of a cluster.
const host = await startHostProcess(dataDir, { LOG_LEVEL: 'info' });
after(() => host.end('SIGTERM'));
const issuer = await openIssuer(dataDir);
const ada = personAt(() => host.endpoints.url, 'ada', await issuer.tokenFor('ada'));

type Effect = {
  service: string;
  message: string;
  task_id?: string;
  event_id?: string;
  workspace_id?: string;
};

/** The effects in all logs of the installation: a line has one, or several that were committed together. */
function loggedEffects(): Effect[] {
  return readdirSync(dataDir, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.log') && !name.startsWith('postgres/'))
    .flatMap((name) => readFileSync(join(dataDir, name), 'utf8').split('\n'))
    .filter((line) => line.startsWith('{') && line.endsWith('}') && line.includes('"event_id"'))
    .flatMap((line) => {
      const fields = JSON.parse(line) as Effect & { effects?: Partial<Effect>[] };
      return fields.effects?.map((effect) => ({ ...fields, ...effect })) ?? [fields];
    });
}

test('each effect on a task is a line with task_id, event_id and workspace_id in the log of its service', async (t) => {
  const follower = followerOf(t, ada, () => host.endpoints.url);
  // What is written before the socket is open reaches the client through the feed.
  await ada.call('POST', '/api/v1/tasks', { title: 'opens the socket' });
  await eventually(() => follower.events.length > 0);
  const secret = 'Buy a ring for René';
  const created = await ada.call('POST', '/api/v1/tasks', {
    title: secret,
    due_date: new Date(Date.now() + 60_000).toISOString(),
    recurrence_rule: 'FREQ=DAILY',
    reminders: [{ at: new Date(Date.now() + 1_500).toISOString() }],
  });
  assert.equal(created.status, 201, JSON.stringify(created.body));
  const task = created.body as Task;
  assert.equal((await ada.call('POST', `/api/v1/tasks/${task.id}/complete`)).status, 200);
  const second = await ada.call('POST', '/api/v1/tasks', {
    title: secret,
    due_date: new Date(Date.now() + 60_000).toISOString(),
    reminders: [{ at: new Date(Date.now() + 1_000).toISOString() }],
  });
  assert.equal(second.status, 201, JSON.stringify(second.body));
  const events = await eventually(async () => {
    const feed = await ada.changes(1);
    // The completed task has a successor.
    return feed.length >= 4 && follower.events.length > feed.length && feed;
  });
  const effects: [service: string, message: string][] = [
    ['audit-service', 'event processed'],
    ['recurring-task-service', 'event processed'],
    ['notification-service', 'event processed'],
    ['websocket-service', 'event sent to clients'],
  ];
  await eventually(() => {
    const lines = loggedEffects();
    for (const { event_id, task_id, workspace_id } of events)
      for (const [service, message] of effects) {
        const found = lines.filter(
          (line) => line.service === service && line.message === message && line.event_id === event_id,
        );
        assert.equal(found.length, 1, `${service}: ${message} ${event_id}`);
        assert.deepEqual([found[0]?.task_id, found[0]?.workspace_id], [task_id, workspace_id]);
      }
    const secondId = (second.body as Task).id;
    for (const [service, message] of [
      ['recurring-task-service', 'reminder fired'],
      ['notification-service', 'a reminder is in the inbox'],
    ])
      assert.equal(
        lines.filter(
          (line) => line.service === service && line.message === message && line.task_id === secondId,
        ).length,
        1,
        `${service}: ${message}`,
      );
    return true;
  });
  const text = loggedEffects()
    .map((line) => JSON.stringify(line))
    .join('\n');
  assert.doesNotMatch(text, /René/, 'no line contains what the person wrote');
});
