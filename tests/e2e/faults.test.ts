import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { v7 } from 'uuid';
import type { DaprHost } from '@rondo/host-dapr/host';
import { eventually } from '@rondo/shared/test/eventually';
import { isRealEngine } from '../support/host-process.ts';
import { openInstallation, type Installation } from '../support/installation.ts';
import { assertInvariants } from '../support/invariants.ts';
import { survives } from '../support/survives.ts';

const names = ['ada', 'grace', 'barbara'];
const timeout = 280_000;

async function peopleOf(installation: Installation) {
  return Promise.all(names.map((name) => installation.person(name)));
}

/** Opens a system whose broker, sidecars and services are separate processes. Otherwise it skips the test and returns undefined. */
async function openOnDapr(t: TestContext): Promise<(Installation & { engine: DaprHost }) | undefined> {
  if (!isRealEngine) {
    t.skip('needs separate processes: `npm run test:engine` runs it');
    return undefined;
  }
  const installation = await openInstallation(t);
  assert.ok(installation.engine);
  return { ...installation, engine: installation.engine };
}

test('PostgreSQL crashes and restarts under load', { timeout }, async (t) => {
  const installation = await openInstallation(t);
  await survives(t, await peopleOf(installation), installation.url, async () => {
    await installation.postgres.crash();
    await installation.postgres.start();
  });
});

test(
  'all events are delivered again from the beginning, and no effect happens twice',
  { timeout },
  async (t) => {
    const installation = await openInstallation(t);
    const people = await peopleOf(installation);
    await survives(t, people, installation.url, () => installation.replay());
    for (const person of people) await assertInvariants(person, []);
  },
);

test(
  'a poison message goes to the dead letters, and the messages around it arrive',
  { timeout },
  async (t) => {
    const installation = await openInstallation(t);
    const people = await peopleOf(installation);
    const operator = await installation.person('me');
    const poison = v7();
    await survives(t, people, installation.url, async () => {
      await installation.query(
        `INSERT INTO recurring_task_service.outbox (workspace_id, event_id, topic, type, body)
       VALUES ($1, $2, 'task-commands', 'com.todoai.command', '{"schema_version": "99"}')`,
        [v7(), poison],
      );
      await eventually(
        async () => {
          const rows = await installation.query('SELECT reason FROM todo_service.dead_letters');
          return rows.length === 1;
        },
        { timeout_ms: 30_000, what: 'the dead letter to be recorded' },
      );
    });
    const [row] = await installation.query('SELECT event_id, reason FROM todo_service.dead_letters');
    assert.equal(row?.['event_id'], poison);
    assert.match(String(row?.['reason']), /unknown-schema-version|invalid-event/);
    assert.equal((await operator.call('GET', '/health/ready')).status, 200);
  },
);

test(
  'the broker stops for 30 s under load, writes are accepted, and the outbox drains',
  { timeout },
  async (t) => {
    const installation = await openOnDapr(t);
    if (!installation) return;
    const { kafka } = installation.engine;
    const [ada] = await peopleOf(installation);
    assert.ok(ada);
    await survives(t, await peopleOf(installation), installation.url, async () => {
      await kafka.stop();
      const began = performance.now();
      await eventually(
        async () => {
          const { body } = await ada.call('GET', '/health/ready');
          return (body as { status: string }).status === 'degraded';
        },
        { timeout_ms: 20_000, what: 'the readiness to report that publishing lags' },
      );
      assert.equal((await ada.call('POST', '/api/v1/tasks', { title: 'without a broker' })).status, 201);
      await pause(Math.max(0, 30_000 - (performance.now() - began)));
      await kafka.start();
    });
  },
);

test('the broker is killed under load', { timeout }, async (t) => {
  const installation = await openOnDapr(t);
  if (!installation) return;
  await survives(t, await peopleOf(installation), installation.url, async () => {
    await installation.engine.kafka.kill('SIGKILL');
    await installation.engine.kafka.ready();
  });
});

test(
  'the broker is down at the start, and every service waits for it and then recovers by itself',
  { timeout },
  async (t) => {
    const installation = await openOnDapr(t);
    if (!installation) return;
    const { kafka, pairs } = installation.engine;
    await Promise.all(Object.values(pairs).map((pair) => pair.stop()));
    await kafka.stop();
    const started = Object.values(pairs).map((pair) => pair.start());
    const ada = await installation.person('ada');
    const refusal = await ada.call('POST', '/api/v1/tasks', { title: 'too early' });
    assert.deepEqual([refusal.status, (refusal.body as { code: string }).code], [503, 'unavailable']);
    await kafka.start();
    await Promise.all(started);
    await survives(t, await peopleOf(installation), installation.url, async () => undefined);
  },
);

test('each sidecar, then each service, is killed under load', { timeout }, async (t) => {
  const installation = await openOnDapr(t);
  if (!installation) return;
  await survives(t, await peopleOf(installation), installation.url, async () => {
    for (const { service, sidecar } of installation.engine.pairs) {
      await sidecar.kill('SIGKILL');
      await sidecar.ready();
      await service.kill('SIGKILL');
      await service.ready();
    }
  });
});

test('one of three replicas of Audit is killed during its deliveries', { timeout }, async (t) => {
  const installation = await openOnDapr(t);
  if (!installation) return;
  const { engine } = installation;
  const replicas = [await engine.addReplica('audit-service'), await engine.addReplica('audit-service')];
  await survives(t, await peopleOf(installation), installation.url, async () => {
    const [lost] = replicas;
    assert.ok(lost);
    await Promise.all([lost.service.kill('SIGKILL'), lost.sidecar.kill('SIGKILL')]);
    await lost.stop();
  });
});
