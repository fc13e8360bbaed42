/** The largest deliveries that a sidecar makes stay within the memory of each consumer's pod. */
import { test } from 'node:test';
import { v7 } from 'uuid';
import { topics } from '@rondo/shared/contracts/topics';
import { serviceRegistry } from '@rondo/shared/service-registry';
import { taskEvent } from '@rondo/shared/test/task-event';
import { startServicePod } from '../../support/pod.ts';
import { subscriptionOf } from '../../support/pod-subscription.ts';

const largestTopics = new Set<string>([topics.taskEvents, topics.taskUpdates]);
/** A text whose characters take the most bytes in JSON. */
const description = '\u0001'.repeat(20_000);

for (const entry of serviceRegistry) {
  const { consumes, fansOut = [] } = entry.topics;
  const topic = [...consumes, ...fansOut].find((one) => largestTopics.has(one));
  if (topic === undefined) continue;
  test(`${entry.name} takes the largest deliveries of two partitions within the memory of its pod`, async (t) => {
    const pod = await startServicePod(t, entry);
    if (!pod) return;
    const { maxCount, deliver } = await subscriptionOf(pod, topic);
    const people = [v7(), v7()];
    for (let from = 1; from <= 3 * maxCount; from += maxCount)
      await Promise.all(
        people.map((workspaceId) =>
          deliver(
            Array.from({ length: maxCount }, (_, n) => {
              const event = taskEvent(workspaceId, from + n);
              return { ...event, payload: { ...event.payload, description } };
            }),
          ),
        ),
      );
  });
}
