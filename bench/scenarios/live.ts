import { connect } from '@rondo/sync-client/sync-client';
import type { WsTicket } from '@rondo/shared/contracts/sync-message';
import type { ChangePage } from '@rondo/shared/contracts/task-event';
import { load, quantile } from '../support/http-load.ts';
import { peopleOf } from '../support/people.ts';
import type { Scenario } from '../support/scenario.ts';

const rate = 500;
/** Everything is only just started: programs are compiled while they run, those of the real engine for longer. */
const warmUpSeconds = { embedded: 1, dapr: 5 };

/** From the service's decision (the event's timestamp, just before the commit) to a WebSocket client, at 500 writes/s. */
export const live: Scenario = {
  name: 'live',
  async run(bench) {
    const [person] = await peopleOf(bench, 'live', 1);
    if (!person) throw new Error('nobody is there');
    const latencies: number[] = [];
    const { url, services } = bench.host.endpoints;
    const client = connect({
      url: `${url.replace('http', 'ws')}/ws`,
      getTicket: async () => ((await person.call('POST', '/api/v1/ws-tickets')).body as WsTicket).ticket,
      fetchChanges: (since) => person.get<ChangePage>(`/api/v1/changes?since=${since}`),
      since: 0,
      onEvent: ({ timestamp }) => latencies.push(Date.now() - Date.parse(timestamp)),
    });
    const request = (n: number) => ({
      method: 'POST',
      path: '/api/v1/tasks',
      token: person.token,
      body: `{"title":"live ${n}"}`,
    });
    const { answers } = await load({
      url: services['todo-service'] ?? '',
      connections: 16,
      durationMs: 20_000,
      rate,
      request,
    });
    client.close();
    const sorted = Float64Array.from(latencies.slice(rate * warmUpSeconds[bench.engine])).sort();
    return [
      {
        name: 'commit to WebSocket client p99 at 500 writes/s',
        value: quantile(sorted, 0.99),
        unit: 'ms',
        target: { at_most: bench.engine === 'dapr' ? 50 : 30 },
        note: `p50 ${quantile(sorted, 0.5)} ms, max ${quantile(sorted, 1)} ms; ${latencies.length} of ${answers} events, the first ${warmUpSeconds[bench.engine]} s left out; through the gateway`,
      },
    ];
  },
};
