import assert from 'node:assert/strict';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import { appToken, type Pod } from './pod.ts';

/** The subscription of a pod to a topic. */
export type PodSubscription = {
  /** How many events a sidecar delivers at once. */
  maxCount: number;
  /** Delivers events as a sidecar does, and asserts that the service has taken them. */
  deliver(events: TaskEvent[]): Promise<void>;
};

type Declared = { topic: string; route: string; bulkSubscribe: { maxMessagesCount: number } };

const headers = { 'dapr-api-token': appToken, 'content-type': 'application/json' };

export async function subscriptionOf({ url, ended }: Pod, topic: string): Promise<PodSubscription> {
  const declared = (await (await fetch(`${url}/dapr/subscribe`, { headers })).json()) as Declared[];
  const subscription = declared.find((one) => one.topic === topic);
  assert.ok(subscription, topic);
  const { route, bulkSubscribe } = subscription;
  return {
    maxCount: bulkSubscribe.maxMessagesCount,
    async deliver(events) {
      const entries = events.map((data, n) => {
        const envelope = { specversion: '1.0', id: data.event_id, source: 'todo-service', topic, data };
        return { entryId: String(n), event: Buffer.from(JSON.stringify(envelope)).toString('base64') };
      });
      const response: Response = await Promise.race([
        fetch(`${url}${route}`, { method: 'POST', headers, body: JSON.stringify({ entries }) }),
        ended.then((how) => assert.fail(how)),
      ]);
      const { statuses } = (await response.json()) as { statuses: { status: string }[] };
      assert.deepEqual([...new Set(statuses.map(({ status }) => status))], ['SUCCESS']);
    },
  };
}
