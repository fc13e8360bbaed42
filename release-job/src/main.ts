/** Prepares a release before its services roll: creates the topics, migrates the schemas, and makes the roles of the services. */
import { grantRoles } from '@rondo/shared/database/roles';
import { createLog } from '@rondo/shared/observability/log';
import { parseReleaseJobSettings } from './config.ts';
import { createTopics } from './kafka-admin.ts';
import { migrateSchemas } from './schemas.ts';
import { topicPlan } from './topic-plan.ts';

const brokerTimeoutMs = 60_000;

try {
  const settings = parseReleaseJobSettings(process.env);
  const log = createLog('release-job', settings.LOG_LEVEL);
  const { created } = await createTopics(
    {
      brokers: settings.KAFKA_BROKERS,
      username: settings.KAFKA_USERNAME,
      password: settings.KAFKA_PASSWORD,
    },
    topicPlan,
    { replicas: settings.KAFKA_REPLICATION, timeoutMs: brokerTimeoutMs },
  );
  log.info({ created }, 'topics are there');
  await migrateSchemas(settings.DATABASE_URL, log);
  log.info('schemas are up to date');
  await grantRoles(settings.DATABASE_URL, settings.roles);
  log.info('roles have their rights');
} catch (error) {
  process.stderr.write(`release-job: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
