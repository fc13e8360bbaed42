import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDrained } from '@rondo/release-job/add-partitions';
import { openAdmin, partitionsOf } from '@rondo/release-job/kafka-admin';
import { prepareTopics } from '@rondo/release-job/prepare-topics';
import { eventTopics } from '@rondo/release-job/topic-plan';
import { AppError } from '@rondo/shared/errors';
import { eventually } from '@rondo/shared/test/eventually';
import { isRealEngine } from '../support/host-process.ts';
import { openInstallation } from '../support/installation.ts';
import { survives } from '../support/survives.ts';

const timeout = 300_000;

test(
  'partitions are added while the services are stopped, and each workspace keeps its order',
  { skip: !isRealEngine && 'the embedded broker has a fixed number of partitions', timeout },
  async (t) => {
    const installation = await openInstallation(t);
    const { engine } = installation;
    assert.ok(engine);
    const people = await Promise.all(['ada', 'grace', 'barbara'].map((name) => installation.person(name)));
    const address = engine.kafkaAddress;
    const prepare = (wanted: number, mayAdd: boolean) =>
      prepareTopics(address, {
        databaseUrl: installation.postgres.url,
        wanted,
        mayAdd,
        replicas: 1,
        timeoutMs: 10_000,
      });
    const isRefused = (pattern: RegExp) => (error: unknown) =>
      error instanceof AppError && pattern.test(`${error.code}: ${error.message}`);
    const partitions = () => partitionsOf(address, eventTopics, 10_000);
    const counts = async () => new Set((await partitions()).values());
    const admin = openAdmin(address);
    t.after(() => admin.close());
    assert.deepEqual(await counts(), new Set([6]));

    await survives(t, people, installation.url, async () => {
      await assert.rejects(
        prepare(12, false),
        isRefused(/^topic-repartitioned: .*has 6 partitions, but .* 12/),
      );
      await assert.rejects(prepare(12, true), isRefused(/^topic-not-drained: .*runs: stop all services/));
      await assert.rejects(prepare(3, true), isRefused(/^topic-repartitioned: .*can only be added/));
    });
    await survives(t, people, installation.url, async () => {
      await Promise.all(engine.pairs.map((pair) => pair.stop()));
      // A service that was stopped in the middle has events to process: start it, and stop it when it has none.
      await eventually(
        async () => {
          try {
            return await prepare(12, true);
          } catch (error) {
            assert.ok(isRefused(/^topic-not-drained/)(error), String(error));
            const consumers = engine.pairs.filter(({ name }) => name !== 'todo-service');
            await Promise.all(consumers.map((pair) => pair.start()));
            await eventually(
              async () => {
                await checkDrained(admin, await partitions());
                return true;
              },
              { timeout_ms: 60_000, every_ms: 100 },
            );
            await Promise.all(consumers.map((pair) => pair.stop()));
            throw error;
          }
        },
        { timeout_ms: 120_000, what: 'all events to be processed' },
      );
      assert.deepEqual(await counts(), new Set([12]));
      await Promise.all(engine.pairs.map((pair) => pair.start()));
    });
    assert.equal((await prepare(12, false)).partitions, 12);
  },
);
