import { setTimeout as pause } from 'node:timers/promises';
import type { Person } from '../support/person.ts';

export type Outage = {
  requests: number;
  /** What each failed request got: a status, or the error of the connection. */
  failed: string[];
  /** From the first to the last failed request; 0 without one. */
  seconds: number;
};

const everyMs = 100;

/** Sends ten requests a second while `happen` runs, one after the other, and says how many got no answer below 500. */
export async function outageOf(
  person: Person,
  [method, path]: readonly [string, string],
  happen: () => Promise<void>,
): Promise<Outage> {
  const outage: Outage = { requests: 0, failed: [], seconds: 0 };
  let firstAt: number | undefined;
  const ending = new AbortController();
  const probing = (async () => {
    while (!ending.signal.aborted) {
      const problem = await person.call(method, path, method === 'POST' ? {} : undefined).then(
        ({ status }) => (status < 500 ? undefined : String(status)),
        ({ message, cause }: Error) => (cause instanceof Error ? cause.message : message),
      );
      outage.requests += 1;
      if (problem !== undefined) {
        outage.failed.push(problem);
        firstAt ??= performance.now();
        outage.seconds = (performance.now() - firstAt) / 1000;
      }
      await pause(everyMs);
    }
  })();
  await happen();
  ending.abort();
  await probing;
  return outage;
}
