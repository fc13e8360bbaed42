/**
 * Waits until the sidecar of a service can work with the broker: its user can sign in and sees all of the service's topics. A pod
 * runs it before its sidecar, which would exit again and again.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { accessOf, findService } from '@rondo/shared/service-registry';
import { parseAwaitBrokerSettings } from './config.ts';
import { errorsIn } from './kafka-address.ts';
import { openAdmin } from './kafka-admin.ts';

const retryAfterMs = 500;
const reportEveryMs = 10_000;

const { address, service } = parseAwaitBrokerSettings(process.env);
const { reads, writes } = accessOf(findService(service));
const wanted = new Set([...reads, ...writes]);
const admin = openAdmin(address);

/** Why the sidecar can't work yet; undefined if it can. */
async function obstacle(): Promise<string | undefined> {
  try {
    const seen = new Set(await admin.listTopics());
    const missing = [...wanted].filter((topic) => !seen.has(topic));
    return missing.length === 0 ? undefined : `no right to ${missing.join(', ')}, or no such topic`;
  } catch (error) {
    return errorsIn(error).at(-1)?.message ?? String(error);
  }
}

let reportedAt = performance.now();
for (;;) {
  const reason = await obstacle();
  if (reason === undefined) break;
  if (performance.now() - reportedAt > reportEveryMs) {
    process.stdout.write(`waiting for the broker at ${address.brokers}: ${reason}\n`);
    reportedAt = performance.now();
  }
  await pause(retryAfterMs);
}
await admin.close();
