/** Prepares a release before its services roll: users and topics of the broker, schemas, and the services' roles. */
import { pooledAddressProblem } from '@rondo/postgres/direct-address';
import { AppError } from '@rondo/shared/errors';
import { grantRoles } from '@rondo/shared/database/roles';
import { createLog } from '@rondo/shared/observability/log';
import { parseReleaseJobSettings } from './config.ts';
import { prepareAccess } from './prepare-access.ts';
import { prepareTopics } from './prepare-topics.ts';
import { migrateSchemas } from './schemas.ts';

const brokerTimeoutMs = 60_000;

try {
  const settings = parseReleaseJobSettings(process.env);
  const log = createLog('release-job', settings.LOG_LEVEL);
  const problem = await pooledAddressProblem(settings.DATABASE_URL);
  if (problem !== undefined) throw new AppError('pooled-address', problem);
  await prepareAccess(settings.kafka, {
    users: settings.brokerUsers,
    administrator: settings.KAFKA_PRINCIPAL ?? settings.KAFKA_USERNAME,
    createsUsers: settings.KAFKA_CREATE_USERS,
    timeoutMs: brokerTimeoutMs,
  });
  log.info('users of the broker have their rights');
  const { created, partitions } = await prepareTopics(settings.kafka, {
    databaseUrl: settings.DATABASE_URL,
    wanted: settings.KAFKA_PARTITIONS,
    mayAdd: settings.ADD_PARTITIONS,
    replicas: settings.KAFKA_REPLICATION,
    timeoutMs: brokerTimeoutMs,
  });
  log.info({ created, partitions }, 'topics are there');
  await migrateSchemas(settings.DATABASE_URL, log);
  log.info('schemas are up to date');
  await grantRoles(settings.DATABASE_URL, settings.roles);
  log.info('roles have their rights');
} catch (error) {
  process.stderr.write(`release-job: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
