import { v7 } from 'uuid';
import { openPool } from '@rondo/postgres/open-pool';
import { personSettingsSchemaVersion } from '@rondo/shared/contracts/person-settings';
import { topics } from '@rondo/shared/contracts/topics';
import { eventually } from '@rondo/shared/test/eventually';
import type { Cleanup } from '@rondo/shared/test/identity';
import {
  startTestService,
  type TestPerson,
  type TestService,
  type TestServiceOptions,
} from '@rondo/shared/test/service';
import { service as recurringTaskService } from '../../services/recurring-task-service/src/service.ts';
import { service as todoService } from '../../services/todo-service/src/service.ts';

/** A person with a token for each of the two services. */
export type PersonOfBoth = { id: string; todo: TestPerson['call']; recurring: TestPerson['call'] };

/** Starts Todo and Recurring without a broker between them: `settle` carries what each published to the other one. */
export async function startTodoAndRecurring(t: Cleanup, options: TestServiceOptions = {}) {
  const todo = await startTestService(t, todoService, options);
  const recurring = await startTestService(t, recurringTaskService, options);
  // In this order: what is carried out is in the outbox.
  const emptied = [
    emptinessOf(t, todo, 'todo_service.waiting_commands'),
    emptinessOf(t, todo, 'todo_service.outbox'),
    emptinessOf(t, recurring, 'recurring_task_service.outbox'),
  ];
  const carried = new Map<string, number>();

  async function carry(from: TestService, to: TestService, topic: string): Promise<number> {
    const published = from.sidecar.accepted.filter((entry) => entry.topic === topic);
    const fresh = published.slice(carried.get(topic) ?? 0);
    carried.set(topic, published.length);
    if (fresh.length > 0)
      await to.deliver(
        topic,
        fresh.map(({ envelope }) => ({ ...envelope, topic })),
      );
    return fresh.length;
  }

  return {
    todo,
    recurring,
    async person(claims: Record<string, unknown> = {}): Promise<PersonOfBoth> {
      const { id } = await todo.person();
      const call =
        (service: TestService): TestPerson['call'] =>
        async (method, path, body) => {
          const token = await service.issuer.tokenFor({ ...claims, sub: id });
          const response = await fetch(`${service.service.url}${path}`, {
            method,
            headers: {
              authorization: `Bearer ${token}`,
              ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          });
          const text = await response.text();
          return {
            status: response.status,
            headers: response.headers,
            body: JSON.parse(text === '' ? '{}' : text) as never,
          };
        };
      return { id, todo: call(todo), recurring: call(recurring) };
    },
    /** Says to both services in which zone a person is, as their settings do. */
    async live({ id }: PersonOfBoth, zone: string): Promise<void> {
      const data = {
        event_id: v7(),
        event_type: 'settings-changed',
        schema_version: personSettingsSchemaVersion,
        timestamp: '2026-01-01T00:00:00.000Z',
        workspace_id: id,
        time_zone: zone,
        updated_at: '2026-01-01T00:00:00.000Z',
      };
      const topic = topics.personSettings;
      for (const service of [todo, recurring])
        await service.deliver(topic, [{ specversion: '1.0', id: data.event_id, topic, data }]);
    },
    /** Carries events, commands and series until nothing is left. */
    async settle(): Promise<void> {
      for (;;) {
        for (const isEmpty of emptied) await eventually(isEmpty);
        const events = await carry(todo, recurring, topics.taskEvents);
        for (const isEmpty of emptied) await eventually(isEmpty);
        const commands = await carry(recurring, todo, topics.taskCommands);
        const series = await carry(recurring, todo, topics.seriesEvents);
        if (events + commands + series === 0) return;
      }
    },
  };
}

function emptinessOf(t: Cleanup, { database_url: url }: TestService, table: string): () => Promise<boolean> {
  const pool = openPool(url, 'settling test', 1);
  t.after(() => pool.end());
  return async () => (await pool.query(`SELECT FROM ${table} LIMIT 1`)).rowCount === 0;
}
