import type { ErrorCode } from '@rondo/shared/contracts/error-codes';
import { Connections, WsTicket } from '@rondo/shared/contracts/sync-message';
import type { HttpServer } from '@rondo/shared/http/http-server';
import type { SyncContext } from '../context.ts';

/** Tickets and counts are in the state store. */
const problems: ErrorCode[] = ['sidecar-unavailable', 'state-failed'];

export function addSyncRoutes(app: HttpServer, { sockets, state }: SyncContext): void {
  app.post(
    '/api/v1/ws-tickets',
    {
      // A ticket is gone after 30 seconds, and without one nobody could follow what is read.
      config: { isRead: true },
      schema: {
        tags: ['sync'],
        summary: 'Create a ticket for the socket',
        description:
          'Creates a ticket that opens one socket at `/ws` within 30 seconds. Connect without a token, and send the ticket in the first message, `hello`.',
        response: { 201: WsTicket },
        problems,
      },
    },
    async ({ identity }, reply) => reply.code(201).send(await state.tickets.issue(identity)),
  );
  app.get(
    '/api/v1/connections',
    {
      schema: {
        tags: ['sync'],
        summary: 'Count your open sockets',
        description:
          'Returns the number of your open sockets on all replicas. The counts of other replicas may be 30 seconds old.',
        operationId: 'countConnections',
        response: { 200: Connections },
        problems,
      },
    },
    async ({ identity: { personId } }) => ({
      active_connections: sockets.countOfPerson(personId) + (await state.counts.elsewhere(personId)),
    }),
  );
}
