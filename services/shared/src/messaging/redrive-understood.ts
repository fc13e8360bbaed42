import { sql, type QueryExecutorProvider } from 'kysely';
import { lowestUuid } from '../database/lowest-uuid.ts';
import type { Log } from '../observability/log.ts';
import { createPeriodicWorker, type PeriodicWorker } from '../workers/periodic.ts';
import { unknownVersion } from './consumer.ts';
import type { CloudEvent } from './cloud-event.ts';
import { readDeadLetter } from './dead-letters.ts';
import type { Consumer } from './declare-consumer.ts';

/** How many dead letters are looked at together. */
const batchSize = 100;

type KeptLetter = { id: string; topic: string; cloud_event: string };

/**
 * Processes dead letters again that had an unknown schema version, as far as this release knows it: at the start after an
 * upgrade, and each hour, because replicas of the release before may drop events for as long as they run.
 */
export function createRedrive(
  database: QueryExecutorProvider,
  { schema, consumers, log }: { schema: string; consumers: Consumer[]; log: Log },
): PeriodicWorker {
  const byTopic = new Map(consumers.map((consumer) => [consumer.topic, consumer]));
  const table = sql.id(schema, 'dead_letters');

  async function redrive({ id, topic, cloud_event }: KeptLetter): Promise<boolean> {
    const event: CloudEvent = readDeadLetter({ topic, cloud_event });
    const consumer = byTopic.get(topic);
    if (consumer?.accepts?.(event.data) !== true) return false;
    const [verdict] = await consumer.process([event]);
    if (verdict === 'RETRY') throw new Error('a dead letter can not be processed yet');
    if (verdict !== 'SUCCESS') return false;
    await sql`UPDATE ${table} SET redriven_at = now() WHERE id = ${id}`.execute(database);
    return true;
  }

  /** A letter that can't be processed yet holds up no other. */
  async function redriveSafely(letter: KeptLetter): Promise<boolean> {
    try {
      return await redrive(letter);
    } catch (error) {
      log.warn({ err: error, dead_letter_id: letter.id }, 'a dead letter waits for the next round');
      return false;
    }
  }

  return createPeriodicWorker({
    name: 'redrive',
    log,
    async processAll(stopping) {
      let redriven = 0;
      for (let after = lowestUuid; !stopping.aborted;) {
        const { rows } = await sql<KeptLetter>`
          SELECT id, topic, cloud_event FROM ${table}
          WHERE id > ${after} AND redriven_at IS NULL AND starts_with(reason, ${unknownVersion})
          ORDER BY id LIMIT ${batchSize}`.execute(database);
        for (const letter of rows) if (await redriveSafely(letter)) redriven += 1;
        const last = rows.at(-1);
        if (!last) break;
        after = last.id;
      }
      if (redriven > 0) log.info({ redriven }, 'dead letters of a version that is known now were processed');
    },
  });
}
