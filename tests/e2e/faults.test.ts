import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { v7 } from 'uuid';
import type { DaprHost } from '@rondo/host-dapr/host';
import { eventually } from '@rondo/shared/test/eventually';
import { isRealEngine } from '../support/host-process.ts';
import { openHouse, type House } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { survives } from '../support/survives.ts';

const names = ['ada', 'grace', 'barbara'];
const timeout = 280_000;

async function peopleOf(house: House) {
  return Promise.all(names.map((name) => house.person(name)));
}

/** Opens a system whose broker, sidecars and services are separate processes. Otherwise it skips the test and returns undefined. */
async function openRealHouse(t: TestContext): Promise<(House & { engine: DaprHost }) | undefined> {
  if (!isRealEngine) {
    t.skip('needs separate processes: `npm run test:engine` runs it');
    return undefined;
  }
  const house = await openHouse(t);
  assert.ok(house.engine);
  return { ...house, engine: house.engine };
}

test('PostgreSQL crashes and restarts under load', { timeout }, async (t) => {
  const house = await openHouse(t);
  await survives(t, await peopleOf(house), house.url, async () => {
    await house.postgres.crash();
    await house.postgres.start();
  });
});

test(
  'all events are delivered again from the beginning, and no effect happens twice',
  { timeout },
  async (t) => {
    const house = await openHouse(t);
    const people = await peopleOf(house);
    await survives(t, people, house.url, () => house.replay());
    for (const person of people) await assertInvariants(person, []);
  },
);

test(
  'a poison message goes to the dead letters, and the messages around it arrive',
  { timeout },
  async (t) => {
    const house = await openHouse(t);
    const people = await peopleOf(house);
    const operator = await house.person('me');
    const poison = v7();
    await survives(t, people, house.url, async () => {
      await house.query(
        `INSERT INTO recurring_task_service.outbox (workspace_id, event_id, topic, type, body)
       VALUES ($1, $2, 'task-commands', 'com.todoai.command', '{"schema_version": "99"}')`,
        [v7(), poison],
      );
      await eventually(
        async () => {
          const rows = await house.query('SELECT reason FROM todo_service.dead_letters');
          return rows.length === 1;
        },
        { timeout_ms: 30_000, what: 'the dead letter to be recorded' },
      );
    });
    const [row] = await house.query('SELECT event_id, reason FROM todo_service.dead_letters');
    assert.equal(row?.['event_id'], poison);
    assert.match(String(row?.['reason']), /unknown-schema-version|invalid-event/);
    assert.equal((await operator.call('GET', '/health/ready')).status, 200);
  },
);

test(
  'the broker stops for 30 s under load, writes are accepted, and the outbox drains',
  { timeout },
  async (t) => {
    const house = await openRealHouse(t);
    if (!house) return;
    const { kafka } = house.engine;
    const [ada] = await peopleOf(house);
    assert.ok(ada);
    await survives(t, await peopleOf(house), house.url, async () => {
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
  const house = await openRealHouse(t);
  if (!house) return;
  await survives(t, await peopleOf(house), house.url, async () => {
    await house.engine.kafka.kill('SIGKILL');
    await house.engine.kafka.ready();
  });
});

test(
  'the broker is down at the start, and every service waits for it and then recovers by itself',
  { timeout },
  async (t) => {
    const house = await openRealHouse(t);
    if (!house) return;
    const { kafka, pairs } = house.engine;
    await Promise.all(Object.values(pairs).map((pair) => pair.stop()));
    await kafka.stop();
    const started = Object.values(pairs).map((pair) => pair.start());
    const ada = await house.person('ada');
    const refusal = await ada.call('POST', '/api/v1/tasks', { title: 'too early' });
    assert.deepEqual([refusal.status, (refusal.body as { code: string }).code], [503, 'unavailable']);
    await kafka.start();
    await Promise.all(started);
    await survives(t, await peopleOf(house), house.url, async () => undefined);
  },
);

test('each sidecar, then each service, is killed under load', { timeout }, async (t) => {
  const house = await openRealHouse(t);
  if (!house) return;
  await survives(t, await peopleOf(house), house.url, async () => {
    for (const { service, sidecar } of house.engine.pairs) {
      await sidecar.kill('SIGKILL');
      await sidecar.ready();
      await service.kill('SIGKILL');
      await service.ready();
    }
  });
});

test('one of three replicas of Audit is killed during its deliveries', { timeout }, async (t) => {
  const house = await openRealHouse(t);
  if (!house) return;
  const { engine } = house;
  const replicas = [await engine.addReplica('audit-service'), await engine.addReplica('audit-service')];
  await survives(t, await peopleOf(house), house.url, async () => {
    const [lost] = replicas;
    assert.ok(lost);
    await Promise.all([lost.service.kill('SIGKILL'), lost.sidecar.kill('SIGKILL')]);
    await lost.stop();
  });
});
