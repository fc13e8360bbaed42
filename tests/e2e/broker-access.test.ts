import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { prepareKafka } from '@rondo/host-dapr/processes/kafka';
import { provideKafkaJars } from '@rondo/host-dapr/toolchain/kafka-jars';
import { cacheDirectoryOf } from '@rondo/host-dapr/toolchain/toolchain';
import type { KafkaAddress } from '@rondo/release-job/kafka-address';
import { createTopics } from '@rondo/release-job/kafka-admin';
import { prepareAccess } from '@rondo/release-job/prepare-access';
import { topicPlan } from '@rondo/release-job/topic-plan';
import { awaitBroker } from '@rondo/release-job/test/await-broker';
import { canJoin, canRead, canWrite } from '@rondo/release-job/test/access';
import { AppError } from '@rondo/shared/errors';
import { accessOf, serviceRegistry } from '@rondo/shared/service-registry';
import { isRealEngine } from '../support/host-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const skip = isRealEngine ? false : 'needs Kafka: `npm run test:engine` runs it';
const timeoutMs = 30_000;

test(
  'the broker lets each service use only its own topics and groups',
  { skip, timeout: 280_000 },
  async (t) => {
    const directory = await temporaryDirectory(t);
    const toolchain = { cacheDir: cacheDirectoryOf(process.env), say: () => undefined };
    const kafka = await prepareKafka({
      directory: join(directory, 'kafka'),
      logDirectory: directory,
      jars: await provideKafkaJars(toolchain),
      port: 0,
    });
    t.after(() => kafka.process.stop());
    await kafka.process.start();
    const { brokers, signIn } = kafka.address;
    const users = serviceRegistry.map(({ name: service }) => ({
      service,
      username: service,
      password: randomUUID(),
      principal: service,
    }));
    const addressOf = (service: string, password?: string): KafkaAddress => ({
      brokers,
      signIn: {
        username: service,
        password: password ?? users.find((user) => user.service === service)?.password ?? '',
        mechanism: 'SCRAM-SHA-256',
        tls: false,
      },
    });
    const waiting = serviceRegistry.map(({ name }) => awaitBroker(addressOf(name), name));
    t.after(() => waiting.forEach((child) => child.kill('SIGKILL')));
    const waited = Promise.all(waiting.map((child) => once(child, 'exit')));
    // It can run again.
    for (const createsUsers of [true, false, true])
      await prepareAccess(kafka.address, {
        users,
        administrator: signIn.username,
        createsUsers,
        timeoutMs,
      });
    assert.ok(
      waiting.every(({ exitCode }) => exitCode === null),
      'sidecars wait for their topics',
    );
    await createTopics(kafka.address, topicPlan, { replicas: 1, timeoutMs });
    assert.deepEqual(
      await waited,
      waiting.map(() => [0, null]),
    );

    const topics = topicPlan.map(({ name }) => name);
    for (const entry of serviceRegistry) {
      const { reads, writes } = accessOf(entry);
      const address = addressOf(entry.name);
      const allowed = { reads: [] as string[], writes: [] as string[], groups: [] as string[] };
      for (const topic of topics) {
        if (await canWrite(address, topic)) allowed.writes.push(topic);
        if (await canRead(address, topic)) allowed.reads.push(topic);
      }
      for (const { name } of serviceRegistry)
        for (const group of [name, `${name}-${randomUUID()}`])
          if (await canJoin(address, group)) allowed.groups.push(group.slice(0, name.length + 1));
      assert.deepEqual(allowed, {
        reads: topics.filter((topic) => reads.includes(topic)),
        writes: topics.filter((topic) => writes.includes(topic)),
        groups: [entry.name, ...(entry.topics.fansOut ? [`${entry.name}-`] : [])],
      });
    }

    for (const refused of [addressOf('todo-service', 'a wrong password'), addressOf('nobody', 'password')])
      await assert.rejects(
        createTopics(refused, topicPlan, { replicas: 1, timeoutMs: 0 }),
        (error) => error instanceof AppError && error.code === 'broker-access-refused',
      );
    await assert.rejects(
      prepareAccess(addressOf('todo-service'), {
        users,
        administrator: 'todo-service',
        createsUsers: false,
        timeoutMs,
      }),
      (error) => error instanceof AppError && error.code === 'broker-access-refused',
      'a service gives itself no right',
    );
  },
);
