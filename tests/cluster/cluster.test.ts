import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { NotificationPage } from '@rondo/shared/contracts/notification';
import type { Task } from '@rondo/shared/contracts/task';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import { serviceRegistry } from '@rondo/shared/service-registry';
import { eventually } from '@rondo/shared/test/eventually';
import { survives } from '../support/survives.ts';
import { isReady, openCluster, type Pod } from './cluster.ts';
import { outageOf } from './probe.ts';

const timeout = 600_000;
/** What docs/operations.md says of a Deployment with one replica. */
const longestOutageSeconds = 15;
const services = serviceRegistry.map(({ name }) => name);
const pieces = [...services, 'gateway'];
/** A request that the pods of each Deployment answer. */
const probes: Record<string, readonly [string, string]> = {
  'todo-service': ['GET', '/api/v1/tasks'],
  'audit-service': ['GET', '/api/v1/audit'],
  'websocket-service': ['POST', '/api/v1/ws-tickets'],
  'notification-service': ['GET', '/api/v1/notifications'],
  'recurring-task-service': ['GET', '/api/v1/schedules'],
  gateway: ['GET', '/health'],
};
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

test(
  "a sidecar's user can't write another service's topic: the broker refuses it",
  { timeout },
  async (t) => {
    const component = JSON.parse(
      await cluster.kubectl('get', 'components.dapr.io/kafka-pubsub', '--output', 'json'),
    ) as { spec: { metadata: { name: string }[] } };
    const { apiVersion, kind, auth, spec } = component as typeof component & Record<string, unknown>;
    const isScope = ({ name }: { name: string }) => /Scopes$|^protectedTopics$/.test(name);
    t.after(async () => {
      await cluster.kubectl('delete', 'components.dapr.io/kafka-without-scopes');
      await cluster.kubectl('rollout', 'restart', 'deployment/audit-service');
      await cluster.rollsOut('audit-service');
    });
    // The broker of kafka-pubsub with the same users, without Dapr's own scopes.
    await cluster.apply({
      apiVersion,
      kind,
      auth,
      metadata: { name: 'kafka-without-scopes', namespace: 'rondo' },
      spec: { ...spec, metadata: spec.metadata.filter((entry) => !isScope(entry)) },
      scopes: ['audit-service'],
    });
    await cluster.kubectl('rollout', 'restart', 'deployment/audit-service');
    await cluster.rollsOut('audit-service');
    const publish = (topic: string) => cluster.publish('audit-service', 'kafka-without-scopes', topic);
    for (const { name, topics } of serviceRegistry.filter((entry) => entry.name !== 'audit-service'))
      for (const topic of [...topics.produces, `${name}-dead-letters`]) {
        const { status, text } = await publish(topic);
        assert.equal(status, 500, `${topic}: ${text}`);
        assert.match(text, /not authorized to access this topic/, topic);
      }
    assert.equal((await publish('audit-service-dead-letters')).status, 204, 'it may write its own');
  },
);

test('every Deployment restarts under load, and no request is lost or refused', { timeout }, async (t) => {
  const { refused } = await survives(t, people, cluster.url, async () => {
    for (const name of pieces) {
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

test(
  'one of two pods ends gracefully under load, and no request is lost or refused',
  { timeout },
  async (t) => {
    for (const name of pieces) await cluster.kubectl('scale', `deployment/${name}`, '--replicas=2');
    for (const name of pieces) await cluster.rollsOut(name);
    t.after(async () => {
      for (const name of pieces) await cluster.kubectl('scale', `deployment/${name}`, '--replicas=1');
      for (const name of pieces) await cluster.rollsOut(name);
    });
    const { refused } = await survives(t, people, cluster.url, async () => {
      for (const name of pieces) {
        const [pod] = await cluster.pods(name);
        assert.ok(pod);
        const outage = await outageOf(ada, probes[name] ?? assert.fail(name), async () => {
          await cluster.kubectl('delete', 'pod', pod.metadata.name, '--wait=true');
          await cluster.rollsOut(name);
        });
        assert.deepEqual(outage.failed, [], name);
      }
    });
    assert.deepEqual(refused, []);
  },
);

test(
  'the only pod of a Deployment ends gracefully, and requests fail for a moment at most',
  { timeout },
  async (t) => {
    for (const name of pieces) {
      const [pod] = await cluster.pods(name);
      assert.ok(pod);
      const { requests, failed, seconds } = await outageOf(
        ada,
        probes[name] ?? assert.fail(name),
        async () => {
          await cluster.kubectl('delete', 'pod', pod.metadata.name, '--wait=true');
          await cluster.rollsOut(name);
        },
      );
      t.diagnostic(
        `${name}: ${failed.length} of ${requests} requests failed, during ${seconds.toFixed(1)} s: ${[...new Set(failed)].join(', ')}`,
      );
      assert.ok(seconds < longestOutageSeconds, `${name}: ${seconds} s`);
    }
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

test('a drained node heals by itself: each pod comes back with its sidecar', { timeout }, async (t) => {
  const injector = ['--namespace', 'dapr-system', 'get', 'pods', '--selector', 'app=dapr-sidecar-injector'];
  const node = await cluster.kubectl(...injector, '--output', 'jsonpath={.items[0].spec.nodeName}');
  await survives(t, people, cluster.url, async () => {
    try {
      const force = ['--ignore-daemonsets', '--delete-emptydir-data', '--force', '--timeout=180s'];
      await cluster.kubectl('drain', node, ...force);
    } finally {
      await cluster.kubectl('uncordon', node);
    }
    const hasSidecar = ({ spec }: Pod) => (spec.initContainers ?? []).some(({ name }) => name === 'daprd');
    const all = async () => (await Promise.all(services.map((name) => cluster.pods(name)))).flat();
    const bare = (await all()).filter((pod) => !hasSidecar(pod)).map(({ metadata }) => metadata.name);
    t.diagnostic(
      `created without a sidecar, because the injector was unavailable: ${bare.join(', ') || 'none'}`,
    );
    await eventually(
      async () => {
        const pods = await all();
        return pods.length >= services.length && pods.every((pod) => hasSidecar(pod) && isReady(pod));
      },
      { timeout_ms: 240_000, every_ms: 1_000, what: 'each pod to be ready with its sidecar' },
    );
    await cluster.becomesReady();
  });
});
