import { Problem } from '@rondo/shared/contracts/problem';
import { Connections, WsTicket } from '@rondo/shared/contracts/sync-message';
import type { HttpServer } from '@rondo/shared/http/http-server';
import type { SyncContext } from '../context.ts';

const failures = { 401: Problem, 503: Problem };

export function addSyncRoutes(app: HttpServer, { sockets, state }: SyncContext): void {
  app.post(
    '/api/v1/ws-tickets',
    {
      schema: {
        tags: ['sync'],
        summary: 'A ticket that opens one socket at /ws within 30 s',
        response: { 201: WsTicket, ...failures },
      },
    },
    async ({ identity }, reply) => reply.code(201).send(await state.tickets.issue(identity)),
  );
  app.get(
    '/api/v1/connections',
    {
      schema: {
        tags: ['sync'],
        summary: 'Your open sockets at all replicas; counts of other replicas may be 30 s old',
        response: { 200: Connections, ...failures },
      },
    },
    async ({ identity: { person_id } }) => ({
      active_connections: sockets.countOfPerson(person_id) + (await state.counts.elsewhere(person_id)),
    }),
  );
}
