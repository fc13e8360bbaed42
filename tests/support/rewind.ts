import type { KafkaAddress } from '@rondo/release-job/kafka-address';
import { openAdmin, partitionsOf } from '@rondo/release-job/kafka-admin';
import { topics } from '@rondo/shared/contracts/topics';
import { eventually } from '@rondo/shared/test/eventually';

/** Resets consumer groups without members to the beginning of `task-events`. */
export async function rewind(address: KafkaAddress, groups: readonly string[]): Promise<void> {
  const admin = openAdmin(address);
  const counts = await partitionsOf(address, [topics.taskEvents], 30_000);
  const partitions = counts.get(topics.taskEvents) ?? 0;
  const partitionOffsets = Array.from({ length: partitions }, (_, partition) => ({ partition, offset: 0n }));
  try {
    for (const groupId of groups) {
      // A broker that has just started does not coordinate groups yet.
      await eventually(
        () =>
          admin
            .alterConsumerGroupOffsets({ groupId, topics: [{ name: topics.taskEvents, partitionOffsets }] })
            .then(() => true),
        { timeout_ms: 30_000, every_ms: 100, what: `the group ${groupId} to be rewound` },
      );
    }
  } finally {
    await admin.close();
  }
}
