import { setTimeout as pause } from 'node:timers/promises';
import { connect } from '@rondo/sync-client/sync-client';
import type { WsTicket } from '@rondo/shared/contracts/sync-message';
import type { Task } from '@rondo/shared/contracts/task';
import type { ChangePage } from '@rondo/shared/contracts/task-event';
import { eventually } from '@rondo/shared/test/eventually';
import { load, quantile } from '../support/http-load.ts';
import { peopleOf, type BenchPerson } from '../support/people.ts';
import type { Scenario } from '../support/scenario.ts';

const completions = 500;
const perSecond = 20;

/** From the completion of a recurring task (its event's timestamp) to its successor on a WebSocket client. */
export const successor: Scenario = {
  name: 'successor',
  async run(bench) {
    const [person] = await peopleOf(bench, 'successor', 1);
    if (!person) throw new Error('nobody is there');
    const ids = await recurringTasks(person);
    const completedAt = new Map<string, number>();
    const latencies: number[] = [];
    const { url, services } = bench.host.endpoints;
    const client = connect({
      url: `${url.replace('http', 'ws')}/ws`,
      getTicket: async () => ((await person.call('POST', '/api/v1/ws-tickets')).body as WsTicket).ticket,
      fetchChanges: (since) => person.get<ChangePage>(`/api/v1/changes?since=${since}`),
      since: completions,
      onEvent({ event_type: type, timestamp, actor, payload }) {
        const series = payload.series_id ?? '';
        if (type === 'task-completed') completedAt.set(series, Date.parse(timestamp));
        if (type === 'task-created' && actor.source === 'recurrence')
          latencies.push(Date.now() - (completedAt.get(series) ?? 0));
      },
    });
    // What their creations left to do, at every consumer, is not what is measured.
    await pause(5_000);
    await load({
      url: services['todo-service'] ?? '',
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
        name: `completion to successor on a client p99, ${perSecond} completions a second`,
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
