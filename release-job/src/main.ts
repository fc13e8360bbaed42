/** Prepares a release before its services roll: creates the topics, migrates the schemas, and makes the roles of the services. */
import { pooledAddressProblem } from '@rondo/postgres/direct-address';
import { AppError } from '@rondo/shared/errors';
import { grantRoles } from '@rondo/shared/database/roles';
import { createLog } from '@rondo/shared/observability/log';
import { parseReleaseJobSettings } from './config.ts';
import { prepareTopics } from './prepare-topics.ts';
import { migrateSchemas } from './schemas.ts';

const brokerTimeoutMs = 60_000;

try {
  const settings = parseReleaseJobSettings(process.env);
  const log = createLog('release-job', settings.LOG_LEVEL);
  const problem = await pooledAddressProblem(settings.DATABASE_URL);
  if (problem !== undefined) throw new AppError('pooled-address', problem);
  const { created, partitions } = await prepareTopics(
    {
      brokers: settings.KAFKA_BROKERS,
      username: settings.KAFKA_USERNAME,
      password: settings.KAFKA_PASSWORD,
    },
    {
      databaseUrl: settings.DATABASE_URL,
      wanted: settings.KAFKA_PARTITIONS,
      mayAdd: settings.ADD_PARTITIONS,
      replicas: settings.KAFKA_REPLICATION,
      timeoutMs: brokerTimeoutMs,
    },
  );
  log.info({ created, partitions }, 'topics are there');
  await migrateSchemas(settings.DATABASE_URL, log);
  log.info('schemas are up to date');
  await grantRoles(settings.DATABASE_URL, settings.roles);
  log.info('roles have their rights');
} catch (error) {
  process.stderr.write(`release-job: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
