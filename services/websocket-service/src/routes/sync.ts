import { Problem } from '@rondo/shared/contracts/problem';
import { Connections, WsTicket } from '@rondo/shared/contracts/sync-message';
import type { HttpServer } from '@rondo/shared/http/http-server';
import type { ConnectionCounts } from '../store/connection-counts.ts';
import type { Sockets } from '../transports/sockets.ts';
import type { Tickets } from '../store/tickets.ts';

const failures = { 401: Problem, 503: Problem };

/** Adds the routes beside the socket itself. */
export function addSyncRoutes(
  app: HttpServer,
  { tickets, sockets, counts }: { tickets: Tickets; sockets: Sockets; counts: ConnectionCounts },
): void {
  app.post(
    '/api/v1/ws-tickets',
    {
      schema: {
        tags: ['sync'],
        summary: 'A ticket that opens one socket at /ws within 30 s',
        response: { 201: WsTicket, ...failures },
      },
    },
    async ({ identity }, reply) => reply.code(201).send(await tickets.issue(identity)),
  );
  app.get(
    '/api/v1/connections',
    {
      schema: {
        tags: ['sync'],
        summary: "One's own open sockets over all replicas; those of others may be 30 s old",
        response: { 200: Connections, ...failures },
      },
    },
    async ({ identity: { person_id } }) => ({
      active_connections: sockets.countOfPerson(person_id) + (await counts.elsewhere(person_id)),
    }),
  );
}
