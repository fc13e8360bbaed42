import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { rondoComponents } from '@rondo/host-common/components';
import { auditService } from '@rondo/audit-service/service';
import { notificationService } from '@rondo/notification-service/service';
import { recurringTaskService } from '@rondo/recurring-task-service/service';
import { todoService } from '@rondo/todo-service/service';
import { websocketService } from '@rondo/websocket-service/service';
import { schemas } from '../src/schemas.ts';
import { topicPlan } from '../src/topic-plan.ts';

test('every topic that a service may publish or subscribe to is planned, and no other', () => {
  const scoped = rondoComponents({}).flatMap((component) =>
    component.type === 'pubsub.kafka'
      ? [component.publishingScopes, component.subscriptionScopes].flatMap((scopes) =>
          Object.values(scopes ?? {}).flat(),
        )
      : [],
  );
  assert.deepEqual(topicPlan.map(({ name }) => name).toSorted(), [...new Set(scoped)].toSorted());
});

test('events are spread and kept for a week, dead letters are in order and kept for a month', () => {
  const dayMs = 24 * 60 * 60 * 1000;
  for (const { name, ...plan } of topicPlan) {
    const isDead = name.endsWith('-dead-letters');
    assert.deepEqual(
      plan,
      isDead ? { partitions: 1, retention_ms: 30 * dayMs } : { partitions: 6, retention_ms: 7 * dayMs },
      name,
    );
  }
});

test('the schemas are those that the services say they have', () => {
  const services = [todoService, auditService, websocketService, notificationService, recurringTaskService];
  const said = services.flatMap(({ database }) =>
    database ? [{ schema: database.schema, directory: resolve(database.migrations) }] : [],
  );
  assert.deepEqual(
    schemas.toSorted((a, b) => a.schema.localeCompare(b.schema)),
    said.toSorted((a, b) => a.schema.localeCompare(b.schema)),
  );
});
