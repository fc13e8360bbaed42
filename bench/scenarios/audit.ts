import { join } from 'node:path';
import { prepareKafka } from '@rondo/host-dapr/processes/kafka';
import { provideKafkaJars } from '@rondo/host-dapr/toolchain/kafka-jars';
import { cacheDirectoryOf } from '@rondo/host-dapr/toolchain/toolchain';
import { queryStoppedHost } from '../support/database.ts';
import { auditedSince, createMany, peopleOf, verificationOf } from '../support/people.ts';
import type { Bench, Scenario } from '../support/scenario.ts';
import { rewind } from '../../tests/support/rewind.ts';

const peopleCount = 4;
const eventsEach = 50_000;

/** Audit reads 200,000 events again from the beginning, and then verifies one person's chain. */
export const audit: Scenario = {
  name: 'audit',
  async run(bench) {
    const before = await peopleOf(bench, 'audit', peopleCount);
    await Promise.all(before.map((person) => createMany(person, eventsEach, (n) => `audited ${n}`)));
    await auditedSince(before, performance.now());
    await bench.restart(() => resetAudit(bench));
    const people = await peopleOf(bench, 'audit', peopleCount);
    const { seconds, events } = await auditedSince(people, performance.now());
    const [person] = people;
    if (!person) throw new Error('There is no person to verify.');
    const began = performance.now();
    const { records } = await verificationOf(person);
    const verifySeconds = (performance.now() - began) / 1000;
    return [
      {
        name: 'Audit catching up on a backlog',
        value: Math.round(events / seconds),
        unit: 'events/s',
        target: { at_least: bench.engine === 'dapr' ? 10_000 : 20_000 },
        note: `${events} events in ${seconds.toFixed(1)} s after the host was ready`,
      },
      {
        name: 'verify',
        value: Math.round(records / verifySeconds),
        unit: 'records/s',
        target: { at_least: 100_000 },
        note: `${records} records in ${verifySeconds.toFixed(2)} s`,
      },
    ];
  },
};

/** Drops Audit's schema and its offsets while the host is stopped. */
async function resetAudit({ dataDir, engine }: Bench): Promise<void> {
  const statements = ['DROP SCHEMA audit_service CASCADE'];
  if (engine === 'embedded')
    statements.push(`DELETE FROM dapr_embedded.group_offsets WHERE consumer_group = 'audit-service'`);
  else await rewindOnKafka(dataDir, 'audit-service');
  await queryStoppedHost(dataDir, ...statements);
}

async function rewindOnKafka(dataDir: string, group: string): Promise<void> {
  const toolchain = { cacheDir: cacheDirectoryOf(process.env), say: () => undefined };
  const kafka = await prepareKafka({
    directory: join(dataDir, 'kafka'),
    logDirectory: join(dataDir, 'logs'),
    jars: await provideKafkaJars(toolchain),
    port: 0,
  });
  await using broker = kafka.process;
  await broker.start();
  await rewind(kafka.address, [group]);
}
