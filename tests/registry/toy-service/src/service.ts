import { sql, type Kysely, type Transaction } from 'kysely';
import { Type, type Static } from 'typebox';
import type { Ids } from '@rondo/shared/clock';
import { Uuid } from '@rondo/shared/contracts/scalars';
import { defineService } from '@rondo/shared/define-service';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { consume } from '@rondo/shared/messaging/declare-consumer';
import { enqueueMessages, messageOutbox } from '@rondo/shared/messaging/message-outbox';
import type { ServiceBase } from '@rondo/shared/service-definition';

type Toy = { id: string; workspace_id: string; name: string; is_announced: boolean };
type Tables = { 'toy_service.toys': Toy };
type ToyContext = { database: Kysely<Tables>; ids: Ids; wake: ServiceBase['wake'] };

const ToyEvent = Type.Object({
  event_id: Uuid,
  schema_version: Type.Literal('1.0'),
  workspace_id: Uuid,
  toy_id: Uuid,
});

const createContext = ({ database, ids, wake }: ServiceBase<Tables>): ToyContext => ({ database, ids, wake });

/** The sixth service of this test: it keeps toys, publishes an event for each, and consumes that event itself. */
export const service = defineService({
  name: 'toy-service',
  description: 'Toys',
  context: createContext,
  routes: [addToyRoutes],
  consumers: [
    consume({
      topic: 'toy-events',
      event: ToyEvent,
      bulk: { maxAwaitMs: 10 },
      handle: markAnnounced,
    }),
  ],
  outbox: { of: messageOutbox },
});

function addToyRoutes(app: HttpServer, ctx: ToyContext): void {
  app.post(
    '/api/v1/toys',
    { schema: { body: Type.Object({ name: Type.String() }) } },
    async ({ identity, body }, reply) =>
      reply.code(201).send(await makeToy(ctx, identity.workspaceId, body.name)),
  );
  app.get('/api/v1/toys', ({ identity }) =>
    ctx.database
      .selectFrom('toy_service.toys')
      .selectAll()
      .where('workspace_id', '=', identity.workspaceId)
      .execute(),
  );
}

async function makeToy({ database, ids, wake }: ToyContext, workspaceId: string, name: string): Promise<Toy> {
  const toy = { id: ids.next(), workspace_id: workspaceId, name, is_announced: false };
  const event: Static<typeof ToyEvent> = {
    event_id: ids.next(),
    schema_version: '1.0',
    workspace_id: workspaceId,
    toy_id: toy.id,
  };
  await database.transaction().execute(async (trx) => {
    await trx.insertInto('toy_service.toys').values(toy).execute();
    await enqueueMessages(trx, 'toy_service', [
      {
        workspace_id: workspaceId,
        event_id: event.event_id,
        topic: 'toy-events',
        type: 'toy-made',
        body: JSON.stringify(event),
        traceparent: null,
      },
    ]);
  });
  wake('relay');
  return toy;
}

async function markAnnounced(
  _ctx: ToyContext,
  events: Static<typeof ToyEvent>[],
  trx: Transaction<Tables>,
): Promise<void> {
  const ids = events.map(({ toy_id: id }) => id);
  await sql`UPDATE toy_service.toys SET is_announced = true WHERE id = ANY (${ids}::uuid[])`.execute(trx);
}
