import { sql, type QueryExecutorProvider } from 'kysely';
import { Type } from 'typebox';
import {
  DeadLetterAccessPage,
  DeadLetterPage,
  deadLettersPathOf,
  type DeadLetter,
} from '../contracts/dead-letter.ts';
import { PageLimit, PageOffset, Uuid } from '../contracts/scalars.ts';
import { AppError, notFound } from '../errors.ts';
import type { HttpServer } from '../http/http-server.ts';
import type { Processor } from './cloud-event.ts';
import type { DaprClient } from './dapr-client.ts';
import { listAccesses, recordAccess } from './dead-letter-accesses.ts';
import { readDeadLetter } from './dead-letters.ts';
import { parkedReason, publishParked } from './parked-events.ts';

const page = Type.Object({
  limit: PageLimit,
  offset: PageOffset,
});

type KeptLetter = {
  event_id: string | null;
  workspace_id: string | null;
  topic: string;
  reason: string;
  /** JSON text. */
  cloud_event: string;
};

/** Adds the operator's routes: list the dead letters, redrive one, and see who did. */
export function addDeadLetterRoutes(
  app: HttpServer,
  database: QueryExecutorProvider,
  {
    service,
    schema,
    process,
    dapr,
  }: { service: string; schema: string; process: Processor; dapr: DaprClient },
): void {
  const operatorOnly = async ({ identity }: { identity: { isOperator: boolean } }) => {
    if (!identity.isOperator) throw new AppError('forbidden', 'Only operators may do this.', { status: 403 });
  };
  const table = sql.id(schema, 'dead_letters');
  const path = deadLettersPathOf(service);
  const name = pascalCase(service);

  app.get(
    path,
    {
      preHandler: operatorOnly,
      schema: {
        tags: ['dead letters'],
        summary: `List events that ${service} could not process`,
        description: `Lists the dead letters of ${service}, newest first, and records who saw them. Only operators may.`,
        operationId: `list${name}DeadLetters`,
        problems: ['forbidden'],
        querystring: page,
        response: { 200: DeadLetterPage },
      },
    },
    async ({ identity, query }) => {
      const { rows } = await sql<DeadLetter & { cloud_event: string }>`
        SELECT id, workspace_id, topic, event_id, reason, stack, cloud_event, received_at, redriven_at
        FROM ${table} ORDER BY received_at DESC, id LIMIT ${query.limit} OFFSET ${query.offset}`.execute(
        database,
      );
      const total = await sql<{ total: number }>`SELECT count(*) AS total FROM ${table}`.execute(database);
      const letters = rows.map((row) => ({ ...row, cloud_event: JSON.parse(row.cloud_event) as unknown }));
      const ids = letters.map(({ id }) => id);
      await recordAccess(database, schema, { personId: identity.personId, action: 'list', ids });
      return { dead_letters: letters, total: total.rows[0]?.total ?? 0 };
    },
  );

  app.get(
    `${path}/accesses`,
    {
      preHandler: operatorOnly,
      schema: {
        tags: ['dead letters'],
        summary: `List who saw the dead letters of ${service}`,
        description: `Lists which operators saw or redrove which dead letters of ${service}, newest first. Only operators may.`,
        operationId: `list${name}DeadLetterAccesses`,
        problems: ['forbidden'],
        querystring: page,
        response: { 200: DeadLetterAccessPage },
      },
    },
    async ({ query }) => ({ accesses: await listAccesses(database, schema, query) }),
  );

  app.post(
    `${path}/:id/redrive`,
    {
      preHandler: operatorOnly,
      schema: {
        tags: ['dead letters'],
        summary: 'Process a dead letter again',
        description:
          `Processes the event of a dead letter of ${service} again, or publishes it if no broker accepted it before. ` +
          'Records who did, and that it succeeded. It is safe to repeat. Only operators may.',
        operationId: `redrive${name}DeadLetter`,
        problems: ['forbidden', 'not-found', 'redrive-failed'],
        params: Type.Object({ id: Uuid }),
        response: { 204: Type.Null() },
      },
    },
    async ({ identity, params }, reply) => {
      const found = await sql<KeptLetter>`
        SELECT event_id, workspace_id, topic, reason, cloud_event FROM ${table} WHERE id = ${params.id}`.execute(
        database,
      );
      const letter = found.rows[0];
      if (!letter) throw notFound('dead letter');
      await recordAccess(database, schema, {
        personId: identity.personId,
        action: 'redrive',
        ids: [params.id],
      });
      if (!(await redrive(letter))) {
        throw new AppError('redrive-failed', 'The event failed again. Its dead letter has the reason.', {
          status: 409,
        });
      }
      await sql`UPDATE ${table} SET redriven_at = coalesce(redriven_at, now()) WHERE id = ${params.id}`.execute(
        database,
      );
      return reply.code(204).send(null);
    },
  );

  async function redrive(letter: KeptLetter): Promise<boolean> {
    const { event_id, workspace_id, reason, topic, cloud_event } = letter;
    if (reason.startsWith(parkedReason) && event_id !== null && workspace_id !== null)
      return publishParked(dapr, { event_id, workspace_id, topic, cloud_event });
    const [verdict] = await process([readDeadLetter(letter)]);
    return verdict === 'SUCCESS';
  }
}

const pascalCase = (name: string) =>
  name.replaceAll(/(?:^|-)(\w)/g, (_, first: string) => first.toUpperCase());
