import { resolve } from 'node:path';
import { openPool } from '@rondo/postgres/open-pool';
import { migrate } from '@rondo/postgres/migrations';
import { AppError } from '@rondo/shared/errors';
import { defaultPartitions } from './topic-plan.ts';

type Pool = ReturnType<typeof openPool>;

const schema = 'release_job';
const directory = resolve(import.meta.dirname, '../migrations');

export type PartitionWish = {
  /** The number that the installation asks for, if it does. */
  wanted: number | undefined;
  /** The numbers of partitions that existing topics with events have, each once. */
  existing: number[];
};

/**
 * Decides the number of partitions of an installation, and records it at the first time: the number of its topics if it
 * has any, otherwise the wanted one, or 6.
 * @throws AppError `topic-repartitioned` if existing topics have different numbers, or `wanted` is not the recorded number
 */
export async function decidePartitions(
  databaseUrl: string,
  { wanted, existing }: PartitionWish,
): Promise<number> {
  await migrate(databaseUrl, { schema, directory });
  return withPool(databaseUrl, async (pool) => {
    const recorded = await readPartitions(pool);
    if (recorded === undefined) {
      if (existing.length > 1)
        throw new AppError(
          'topic-repartitioned',
          `The topics have different numbers of partitions (${existing.join(', ')}): restore them to one number.`,
        );
      const partitions = existing[0] ?? wanted ?? defaultPartitions;
      await pool.query(`INSERT INTO ${schema}.installation (partitions) VALUES ($1)`, [partitions]);
    }
    const partitions = recorded ?? existing[0] ?? wanted ?? defaultPartitions;
    if (wanted !== undefined && wanted !== partitions) throw isDecided(partitions, wanted);
    return partitions;
  });
}

function isDecided(partitions: number, wanted: number): AppError {
  const remedy =
    wanted > partitions
      ? 'docs/deploy/after-the-start.md says how to add partitions'
      : 'partitions can only be added';
  return new AppError(
    'topic-repartitioned',
    `This installation has ${partitions} partitions, but KAFKA_PARTITIONS is ${wanted}: ${remedy}.`,
  );
}

/** Returns the recorded number of partitions; undefined if none was decided. */
export async function recordedPartitions(databaseUrl: string): Promise<number | undefined> {
  await migrate(databaseUrl, { schema, directory });
  return withPool(databaseUrl, readPartitions);
}

/** Records another number, after the topics have it. */
export async function recordPartitions(databaseUrl: string, partitions: number): Promise<void> {
  await withPool(databaseUrl, (pool) =>
    pool.query(`UPDATE ${schema}.installation SET partitions = $1, decided_at = now()`, [partitions]),
  );
}

async function readPartitions(pool: Pool): Promise<number | undefined> {
  const { rows } = await pool.query<{ partitions: number }>(`SELECT partitions FROM ${schema}.installation`);
  return rows[0]?.partitions;
}

async function withPool<Result>(url: string, work: (pool: Pool) => Promise<Result>): Promise<Result> {
  const pool = openPool(url, 'release-job', 1);
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}
