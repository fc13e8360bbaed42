import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operationIdOf } from '../../../src/http/openapi/operation-id.ts';

const ids: [method: string, path: string, id: string][] = [
  ['GET', '/api/v1/tasks', 'listTasks'],
  ['POST', '/api/v1/tasks', 'createTask'],
  ['GET', '/api/v1/tasks/:id', 'getTask'],
  ['PUT', '/api/v1/tasks/:id', 'replaceTask'],
  ['PATCH', '/api/v1/tasks/:id', 'updateTask'],
  ['DELETE', '/api/v1/tasks/:id', 'deleteTask'],
  ['POST', '/api/v1/tasks/:id/complete', 'completeTask'],
  ['GET', '/api/v1/tasks/:id/history', 'getTaskHistory'],
  ['GET', '/api/v1/tasks/:id/versions/:version', 'getTaskVersion'],
  ['POST', '/api/v1/tasks/bulk', 'bulkTasks'],
  ['POST', '/api/v1/notifications/read-all', 'readAllNotifications'],
  ['POST', '/api/v1/deliveries/:id/replay', 'replayDelivery'],
  ['GET', '/api/v1/calendar-feed', 'getCalendarFeed'],
  ['GET', '/calendar/:secret.ics', 'getCalendarBySecret'],
  ['GET', '/api/v1/audit/:id', 'getAuditById'],
];

for (const [method, path, id] of ids) {
  test(`${method} ${path} is ${id}`, () => assert.equal(operationIdOf(method, path), id));
}
