/** Locks a data directory, prints `held` or why it can't, and holds the lock until it is killed. */
import { lockInstance } from '../../src/instance-lock.ts';

const [dataDir = ''] = process.argv.slice(2);
const lock = await lockInstance(dataDir, { say: (line) => process.stdout.write(`${line}\n`) }).catch(
  (error: unknown) => String(error),
);
process.stdout.write(`${typeof lock === 'string' ? lock : 'held'}\n`);
if (typeof lock !== 'string') setInterval(() => lock.wasStale, 60_000);
