import { createHash } from 'node:crypto';
import { sql, type QueryExecutorProvider } from 'kysely';
import { Type } from 'typebox';
import { stringify } from 'uuid';
import { DeadLetter, DeadLetterPage } from '../contracts/dead-letter.ts';
import { Uuid } from '../contracts/scalars.ts';
import { deadLetterTopicOf } from '../contracts/topics.ts';
import { isDatabaseAway } from '../database/database.ts';
import { AppError, notFound } from '../errors.ts';
import type { HttpServer } from '../http/http-server.ts';
import type { CloudEvent, Processor } from './cloud-event.ts';
import type { Subscription } from './subscriptions.ts';

/** The id of a dead letter is derived from its event: an event that is dropped again updates the same row. */
function deadLetterId(cloudEvent: CloudEvent): string {
  const source = cloudEvent.id ?? JSON.stringify(cloudEvent.data ?? null);
  const id = createHash('sha256').update(source).digest().subarray(0, 16);
  // Version 8 and the variant (RFC 9562 section 5.8).
  id[6] = ((id[6] ?? 0) & 0x0f) | 0x80;
  id[8] = ((id[8] ?? 0) & 0x3f) | 0x80;
  return stringify(id);
}

/** Records an event that could not be processed, with the reason. A later failure of the same event replaces the reason. */
export async function recordDeadLetter(
  database: QueryExecutorProvider,
  schema: string,
  { cloudEvent, reason, stack }: { cloudEvent: CloudEvent; reason: string; stack: string | null },
): Promise<void> {
  // JSON allows NUL; PostgreSQL's text doesn't.
  const text = (value: string) => value.replaceAll('\u0000', '\uFFFD');
  await sql`
    INSERT INTO ${sql.id(schema, 'dead_letters')} (id, workspace_id, topic, event_id, reason, stack, cloud_event)
    VALUES (${deadLetterId(cloudEvent)}, ${workspaceOf(cloudEvent)}, ${cloudEvent.topic ?? 'unknown'}, ${cloudEvent.id ?? null},
            ${text(reason)}, ${stack === null ? null : text(stack)}, ${JSON.stringify(cloudEvent)})
    ON CONFLICT (id) DO UPDATE SET reason = excluded.reason, stack = excluded.stack, redriven_at = NULL
  `.execute(database);
}

/**
 * The subscription to the service's own dead-letter topic. The service recorded most of these events when it dropped
 * them. Those that the sidecar put there by itself are recorded here.
 */
export function deadLetterSubscription(
  database: QueryExecutorProvider,
  { service, schema }: { service: string; schema: string },
): Subscription {
  return {
    topic: deadLetterTopicOf(service),
    bulk: { maxMessages: 100, maxAwaitMs: 100 },
    process: async (events) => {
      try {
        for (const event of events) await recordIfUnknown(database, schema, event);
        return events.map(() => 'SUCCESS');
      } catch {
        return events.map(() => 'RETRY');
      }
    },
  };
}

/** Adds the operator's routes: list the dead letters, and redrive one. */
export function addDeadLetterRoutes(
  app: HttpServer,
  database: QueryExecutorProvider,
  { schema, process }: { schema: string; process: Processor },
): void {
  const operatorOnly = async ({ identity }: { identity: { isOperator: boolean } }) => {
    if (!identity.isOperator) throw new AppError('forbidden', 'Only operators may do this.', { status: 403 });
  };
  const table = sql.id(schema, 'dead_letters');

  app.get(
    '/api/v1/dead-letters',
    {
      preHandler: operatorOnly,
      schema: {
        tags: ['dead letters'],
        summary: 'List events that could not be processed',
        description: 'Lists the dead letters of this service, newest first. Only operators may.',
        problems: ['forbidden'],
        querystring: Type.Object({
          limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
          offset: Type.Integer({ minimum: 0, maximum: 1_000_000, default: 0 }),
        }),
        response: { 200: DeadLetterPage },
      },
    },
    async ({ query }) => {
      const { rows } = await sql<DeadLetter & { cloud_event: string }>`
        SELECT id, workspace_id, topic, event_id, reason, stack, cloud_event, received_at, redriven_at
        FROM ${table} ORDER BY received_at DESC, id LIMIT ${query.limit} OFFSET ${query.offset}`.execute(
        database,
      );
      const total = await sql<{ total: number }>`SELECT count(*) AS total FROM ${table}`.execute(database);
      const letters = rows.map((row) => ({ ...row, cloud_event: JSON.parse(row.cloud_event) as unknown }));
      return { dead_letters: letters, total: total.rows[0]?.total ?? 0 };
    },
  );

  app.post(
    '/api/v1/dead-letters/:id/redrive',
    {
      preHandler: operatorOnly,
      schema: {
        tags: ['dead letters'],
        summary: 'Process a dead letter again',
        description:
          'Processes the event of a dead letter again, and records that it succeeded. Only operators may.',
        problems: ['forbidden', 'not-found', 'redrive-failed'],
        params: Type.Object({ id: Uuid }),
        response: { 204: Type.Null() },
      },
    },
    async ({ params }, reply) => {
      const found = await sql<{
        cloud_event: string;
      }>`SELECT cloud_event FROM ${table} WHERE id = ${params.id}`.execute(database);
      const letter = found.rows[0];
      if (!letter) throw notFound('dead letter');
      const [verdict] = await process([JSON.parse(letter.cloud_event) as CloudEvent]);
      if (verdict !== 'SUCCESS') {
        throw new AppError('redrive-failed', 'The event failed again. Its dead letter has the reason.', {
          status: 409,
        });
      }
      await sql`UPDATE ${table} SET redriven_at = now() WHERE id = ${params.id}`.execute(database);
      return reply.code(204).send(null);
    },
  );
}

async function recordIfUnknown(
  database: QueryExecutorProvider,
  schema: string,
  event: CloudEvent,
): Promise<void> {
  const known =
    await sql`SELECT 1 FROM ${sql.id(schema, 'dead_letters')} WHERE id = ${deadLetterId(event)}`.execute(
      database,
    );
  if (known.rows.length > 0) return;
  try {
    await recordDeadLetter(database, schema, {
      cloudEvent: event,
      reason: 'dropped-by-sidecar',
      stack: null,
    });
  } catch (error) {
    if (isDatabaseAway(error)) throw error;
  }
}

function workspaceOf({ data }: CloudEvent): string | null {
  if (typeof data !== 'object' || data === null || !('workspace_id' in data)) return null;
  const { workspace_id: id } = data;
  return typeof id === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id) ? id : null;
}
