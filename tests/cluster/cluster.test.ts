import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { NotificationPage } from '@rondo/shared/contracts/notification';
import type { Task } from '@rondo/shared/contracts/task';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import { serviceRegistry } from '@rondo/shared/service-registry';
import { eventually } from '@rondo/shared/test/eventually';
import { survives } from '../support/survives.ts';
import { openCluster } from './cluster.ts';

const timeout = 600_000;
const services = serviceRegistry.map(({ name }) => name);
const cluster = await openCluster({ after });
await cluster.becomesReady();
const people = await Promise.all(['ada', 'grace', 'barbara'].map((name) => cluster.person(name)));
const [ada] = people;
assert.ok(ada);

test(
  'a quick-add line becomes a task that is audited, reminds, recurs and is followed live',
  { timeout },
  async (t) => {
    await survives(t, people, cluster.url, async () => {
      const made = await ada.call('POST', '/api/v1/tasks', {
        quick_add: 'water the plants every day remind me in 1 minute #home !1',
      });
      assert.equal(made.status, 201, JSON.stringify(made.body));
      const task = made.body as Task;
      assert.deepEqual(
        [task.title, task.list, task.recurrence_rule],
        ['water the plants', 'home', 'FREQ=DAILY'],
      );
      await eventually(
        async () => {
          const { notifications } = await ada.get<NotificationPage>('/api/v1/notifications');
          return notifications.some(({ task_id: id }) => id === task.id);
        },
        { timeout_ms: 130_000, every_ms: 500, what: 'the reminder in the inbox' },
      );
      assert.equal((await ada.call('POST', `/api/v1/tasks/${task.id}/complete`, {})).status, 200);
      await eventually(
        async () => (await ada.call('GET', `/api/v1/tasks/${successorIdOf(task.id)}`)).status === 200,
        { timeout_ms: 30_000, what: 'the successor' },
      );
    });
  },
);

test('every Deployment restarts under load, and no request is lost or refused', { timeout }, async (t) => {
  const { refused } = await survives(t, people, cluster.url, async () => {
    for (const name of [...services, 'gateway']) {
      await cluster.kubectl('rollout', 'restart', `deployment/${name}`);
      await cluster.rollsOut(name);
    }
  });
  assert.deepEqual(refused, []);
});

test(
  'Audit and WebSocket scale to three replicas and back, and each person gets every event once',
  { timeout },
  async (t) => {
    const scaled = ['audit-service', 'websocket-service'];
    await survives(t, people, cluster.url, async () => {
      for (const name of scaled) await cluster.kubectl('scale', `deployment/${name}`, '--replicas=3');
      for (const name of scaled) await cluster.rollsOut(name);
    });
    await survives(t, people, cluster.url, async () => {
      for (const name of scaled) await cluster.kubectl('scale', `deployment/${name}`, '--replicas=1');
      for (const name of scaled) await cluster.rollsOut(name);
    });
  },
);

test('the pods of each service are killed under load', { timeout }, async (t) => {
  await survives(t, people, cluster.url, async () => {
    for (const name of services) await cluster.killPods(name);
  });
  await cluster.becomesReady();
});

for (const name of ['kafka', 'postgres']) {
  test(`the pod of ${name} is killed under load`, { timeout }, async (t) => {
    const deployment = await cluster.kubectl(
      'get',
      'deployment',
      name,
      '--ignore-not-found',
      '--output',
      'name',
    );
    if (deployment === '') return t.skip(`this overlay has no Deployment ${name}`);
    await survives(t, people, cluster.url, () => cluster.killPods(name));
    await cluster.becomesReady();
  });
}
