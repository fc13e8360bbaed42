import type { Clock } from '@rondo/shared/clock';
import { components } from '@rondo/shared/contracts/topics';
import type { DependencyCheck } from '@rondo/shared/http/health';
import type { DaprClient } from '@rondo/shared/messaging/dapr-client';
import { createConnectionCounts, type ConnectionCounts } from './connection-counts.ts';
import { createTickets, type Tickets } from './tickets.ts';

/** State that replicas share through the Dapr state store. */
export type SharedState = { tickets: Tickets; counts: ConnectionCounts; check: DependencyCheck };

/** @param replica an id that is unique to this process */
export function openSharedState(options: { dapr: DaprClient; clock: Clock; replica: string }): SharedState {
  const { dapr } = options;
  return {
    tickets: createTickets(options),
    counts: createConnectionCounts(options),
    // Without the state store no ticket can be issued or redeemed.
    check: {
      name: components.statestore,
      isRequired: true,
      async check() {
        await dapr.getState(components.statestore, 'readiness');
        return { status: 'up' };
      },
    },
  };
}
