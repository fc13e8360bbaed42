import { TaskEvent } from '@rondo/shared/contracts/task-event';
import { topics } from '@rondo/shared/contracts/topics';
import { createConsumer } from '@rondo/shared/messaging/consumer';
import { addConsumption } from '@rondo/shared/messaging/consumption';
import { openDatabase } from '@rondo/shared/database/database';
import { databaseCheck } from '@rondo/shared/database/database-check';
import { createHourlyWorker } from '@rondo/shared/workers/hourly';
import { forgetEvents } from '@rondo/shared/messaging/inbox';
import { counterOf } from '@rondo/shared/observability/metrics';
import type { ServiceDefinition } from '@rondo/shared/service';
import { recordAudit } from './consumers/record-audit.ts';
import { addAuditRoutes } from './routes/audit.ts';
import type { Tables } from './store/tables.ts';

const name = 'audit-service';
const schema = 'audit_service';

/** What happened to every task, chained so that a change or a loss shows. */
export const auditService: ServiceDefinition = {
  name,
  description: 'Append-only, hash-chained record of every task event',
  database: { schema, migrations: `${import.meta.dirname}/../migrations` },

  create({ settings, log, clock, metrics, tracing }, databaseUrl) {
    const database = openDatabase<Tables>(databaseUrl, name, 5);
    const verifications = counterOf(metrics, {
      name: 'rondo_audit_verifications_total',
      help: 'Chains that were verified, by whether they hold',
      labelNames: ['result'] as const,
    });
    verifications.inc({ result: 'broken' }, 0);
    const process = createConsumer({
      database,
      schema,
      event: TaskEvent,
      handle: (events, trx) => recordAudit(events, trx, clock.now()),
      log,
      metrics,
    });
    return {
      addRoutes(app) {
        addAuditRoutes(app, {
          database,
          onVerified: (isIntact) => verifications.inc({ result: isIntact ? 'intact' : 'broken' }),
        });
        addConsumption(app, {
          service: name,
          schema,
          database,
          consumed: [{ topic: topics.taskEvents, process, bulk: { max_messages: 500, max_await_ms: 50 } }],
          appToken: settings.APP_API_TOKEN,
          metrics,
          tracing,
          clock,
        });
      },
      workers: [
        createHourlyWorker({
          name: 'forget inbox',
          processAll: () => forgetEvents(database, schema, clock.now()),
          log,
        }),
      ],
      checks: [databaseCheck(database)],
      close: () => database.destroy(),
    };
  },
};
