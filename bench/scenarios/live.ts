import { load, quantile } from '../support/http-load.ts';
import { follow, personOf } from '../support/people.ts';
import type { Scenario } from '../support/scenario.ts';

const rate = 500;
/** Left out of the figure: the JIT compiles while the first requests run. Several processes need longer for it. */
const warmUpSeconds = { embedded: 1, dapr: 5 };

/** Latency from an event's timestamp, just before the commit, to a WebSocket client, at 500 writes/s. */
export const live: Scenario = {
  name: 'live',
  async run(bench) {
    const person = await personOf(bench, 'live');
    const latencies: number[] = [];
    const client = follow(bench, person, {
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
      url: bench.host.endpoints.services['todo-service'] ?? '',
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
