import { setTimeout as pause } from 'node:timers/promises';
import type { Task } from '@rondo/shared/contracts/task';
import { eventually } from '@rondo/shared/test/eventually';
import { load, quantile } from '../support/http-load.ts';
import { follow, personOf, type BenchPerson } from '../support/people.ts';
import type { Scenario } from '../support/scenario.ts';

const completions = 500;
const perSecond = 20;

/** Latency from the completion of a recurring task (its event's timestamp) to its successor on a WebSocket client. */
export const successor: Scenario = {
  name: 'successor',
  async run(bench) {
    const person = await personOf(bench, 'successor');
    const ids = await recurringTasks(person);
    const completedAt = new Map<string, number>();
    const latencies: number[] = [];
    const client = follow(bench, person, {
      since: completions,
      onEvent({ event_type: type, timestamp, actor, payload }) {
        const series = payload.series_id ?? '';
        if (type === 'task-completed') completedAt.set(series, Date.parse(timestamp));
        if (type === 'task-created' && actor.source === 'recurrence')
          latencies.push(Date.now() - (completedAt.get(series) ?? 0));
      },
    });
    // Consumers first finish the creations, which are not measured.
    await pause(5_000);
    await load({
      url: bench.host.endpoints.services['todo-service'] ?? '',
      connections: 8,
      durationMs: (completions / perSecond) * 1_000,
      rate: perSecond,
      request: (n) => ({
        method: 'POST',
        path: `/api/v1/tasks/${ids[n]}/complete`,
        token: person.token,
        body: '{}',
      }),
    });
    await eventually(() => latencies.length >= completions - 1, {
      timeout_ms: 30_000,
      what: 'every successor',
    });
    client.close();
    const sorted = Float64Array.from(latencies).sort();
    return [
      {
        name: `completion to successor on a client p99, ${perSecond} completions per second`,
        value: quantile(sorted, 0.99),
        unit: 'ms',
        target: { at_most: 100 },
        note: `p50 ${quantile(sorted, 0.5)} ms, max ${quantile(sorted, 1)} ms; ${latencies.length} successors, through the gateway`,
      },
    ];
  },
};

async function recurringTasks(person: BenchPerson): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < completions; n += 500) {
    const operations = Array.from({ length: 500 }, () => ({
      op: 'create',
      title: 'again',
      due_date: '2027-03-01',
      recurrence_schedule: 'daily',
      reminders: [{ before: 'PT1H' }],
    }));
    const { body } = await person.call('POST', '/api/v1/tasks/bulk', { operations });
    ids.push(...(body as { tasks: Task[] }).tasks.map(({ id }) => id));
  }
  return ids;
}
