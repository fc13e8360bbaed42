import { load } from '../support/http-load.ts';
import { peopleOf } from '../support/people.ts';
import type { Scenario } from '../support/scenario.ts';

const rules = [
  'FREQ=DAILY',
  'FREQ=WEEKLY;BYDAY=MO,WE,FR',
  'FREQ=MONTHLY;BYMONTHDAY=15',
  'FREQ=MONTHLY;BYDAY=2TU',
  'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1',
  'FREQ=YEARLY',
];

/** Previews of 100 occurrences each, asked of the service over HTTP, so that answering is in the figure. */
export const preview: Scenario = {
  name: 'preview',
  async run(bench) {
    const [person] = await peopleOf(bench, 'preview', 1);
    if (!person) throw new Error('nobody is there');
    const bodies = rules.map((rule) =>
      JSON.stringify({ rule, anchor: '2026-11-21T09:00:00+01:00', time_zone: 'Europe/Berlin', count: 100 }),
    );
    const result = await load({
      url: bench.host.endpoints.services['recurring-task-service'] ?? '',
      connections: 16,
      durationMs: 10_000,
      request: (n) => ({
        method: 'POST',
        path: '/api/v1/schedules/preview',
        token: person.token,
        body: bodies[n % bodies.length] ?? '',
      }),
    });
    return [
      {
        name: 'previews of 100 occurrences, common rules, over HTTP',
        value: result.perSecond,
        unit: '/s',
        target: { at_least: 5_000 },
        note: `p50 ${result.p50Ms} ms, p99 ${result.p99Ms} ms, ${result.failures} failed`,
      },
    ];
  },
};
