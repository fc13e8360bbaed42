import { join } from 'node:path';
import { createLog } from '@rondo/shared/observability/log';
import { openPool } from '@rondo/shared/database/database';
import { prepareKafka } from '@rondo/host-dapr/processes/kafka';
import { provideKafkaJars } from '@rondo/host-dapr/toolchain/kafka-jars';
import { cacheDirectoryOf } from '@rondo/host-dapr/toolchain/toolchain';
import { startPostgres } from '@rondo/host-common/postgres/start-postgres';
import { auditedSince, createMany, peopleOf, verificationOf } from '../support/people.ts';
import type { Bench, Scenario } from '../support/scenario.ts';
import { rewind } from '../../tests/support/rewind.ts';

const people = 4;
const eventsEach = 50_000;

/** Audit begins anew on a broker that holds 200,000 events, and then proves the chain of one person. */
export const audit: Scenario = {
  name: 'audit',
  async run(bench) {
    const before = await peopleOf(bench, 'audit', people);
    await Promise.all(before.map((person) => createMany(person, eventsEach, (n) => `audited ${n}`)));
    await auditedSince(before, performance.now());
    await bench.restart(() => forgetAudit(bench));
    const everybody = await peopleOf(bench, 'audit', people);
    const { seconds, events } = await auditedSince(everybody, performance.now());
    const [person] = everybody;
    if (!person) throw new Error('nobody is there');
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

/** Takes Audit back to the beginning while the host is down: its schema goes, and its place on the topic. */
async function forgetAudit({ data_dir: dataDir, engine }: Bench): Promise<void> {
  await using postgres = await startPostgres({
    dataDir,
    port: 0,
    log: createLog('bench', 'silent'),
  });
  const pool = openPool(postgres.url, 'bench', 1);
  await pool.query('DROP SCHEMA audit_service CASCADE');
  if (engine === 'embedded')
    await pool.query(`DELETE FROM dapr_embedded.group_offsets WHERE consumer_group = 'audit-service'`);
  else await rewindOnKafka(dataDir, 'audit-service');
  await pool.end();
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
  await rewind(kafka.brokers, [group]);
}
