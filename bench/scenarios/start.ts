import { setTimeout as pause } from 'node:timers/promises';
import { memoryOfTree } from '../support/machine.ts';
import type { Scenario } from '../support/scenario.ts';

/** Ready on an empty data directory and on a used one, from spawning the process; memory when nothing happens. */
export const start: Scenario = {
  name: 'start',
  async run(bench) {
    const cold = bench.readyMs;
    const { host, readyMs: warm } = await bench.restart();
    await pause(10_000);
    return [
      {
        name: 'start to ready, empty data directory',
        value: cold / 1000,
        unit: 's',
        target: { at_most: bench.engine === 'dapr' ? 15 : 10 },
      },
      {
        name: 'start to ready, warm',
        value: warm / 1000,
        unit: 's',
        target: { at_most: bench.engine === 'dapr' ? 15 : 3 },
      },
      {
        name: 'whole host idle, PostgreSQL included',
        value: memoryOfTree(host.endpoints.pid),
        unit: 'MB (PSS)',
        ...(bench.engine === 'dapr' ? {} : { target: { at_most: 400 } }),
      },
    ];
  },
};
