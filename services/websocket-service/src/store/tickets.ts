import { createHash, randomBytes } from 'node:crypto';
import type { WsTicket } from '@rondo/shared/contracts/sync-message';
import { components } from '@rondo/shared/contracts/topics';
import type { Clock } from '@rondo/shared/clock';
import type { DaprClient } from '@rondo/shared/messaging/dapr-client';
import type { Identity } from '@rondo/shared/http/token-verifier';

/** The owner of a ticket, and when the token that it was made with expires, in milliseconds since the epoch. */
export type TicketHolder = { person_id: string; workspace_id: string; token_expires_at: number };

export type Tickets = {
  /** Issues a ticket that opens one socket within 30 s. @throws AppError if the state store can't be reached */
  issue(identity: Identity): Promise<WsTicket>;
  /** Redeems a ticket once; undefined if it is unknown, used or expired. */
  redeem(ticket: string): Promise<TicketHolder | undefined>;
};

const lifetimeSeconds = 30;

type StoredTicket = TicketHolder & { expires_at: number };

/** Single-use tickets (OWASP ASVS 5.0, 4.4.3) in the Dapr state store, so that any replica may redeem them. Only a digest is stored. */
export function createTickets({ dapr, clock }: { dapr: DaprClient; clock: Clock }): Tickets {
  const keyOf = (ticket: string) => `ticket:${createHash('sha256').update(ticket).digest('hex')}`;
  return {
    async issue({ personId, workspaceId, tokenExpiresMs }) {
      const ticket = randomBytes(32).toString('base64url');
      const stored: StoredTicket = {
        person_id: personId,
        workspace_id: workspaceId,
        token_expires_at: tokenExpiresMs,
        expires_at: clock.now().getTime() + lifetimeSeconds * 1000,
      };
      await dapr.saveState(components.statestore, keyOf(ticket), stored, { ttlSeconds: lifetimeSeconds });
      return { ticket, expires_in: lifetimeSeconds };
    },
    async redeem(ticket) {
      const found = await dapr.getState(components.statestore, keyOf(ticket));
      if (!found) return undefined;
      if (!(await dapr.deleteState(components.statestore, keyOf(ticket), found.etag))) return undefined;
      const { expires_at, ...holder } = found.value as StoredTicket;
      const leftMs = expires_at - clock.now().getTime();
      // More than its whole lifetime is left of a ticket if the clock was set back.
      return leftMs > 0 && leftMs <= lifetimeSeconds * 1000 ? holder : undefined;
    },
  };
}
