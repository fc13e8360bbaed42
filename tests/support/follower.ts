import { connect } from '@rondo/sync-client/sync-client';
import type { WsTicket } from '@rondo/shared/contracts/sync-message';
import type { ChangePage, TaskEvent } from '@rondo/shared/contracts/task-event';
import type { Cleanup } from '@rondo/shared/test/identity';
import type { Person } from './person.ts';

export type Follower = { events: TaskEvent[]; close(): void };

/** Connects a client of a person through the gateway, from seq 0, and keeps its events. Closes it after the test. */
export function followerOf(t: Cleanup, person: Person, baseUrl: () => string): Follower {
  const events: TaskEvent[] = [];
  const client = connect({
    // Read for each connection, because the host may have another port after a restart.
    get url() {
      return `${baseUrl().replace('http', 'ws')}/ws`;
    },
    async getTicket() {
      const { status, body } = await person.call('POST', '/api/v1/ws-tickets');
      if (status !== 201) throw new Error(`no ticket for ${person.name}: ${status}`);
      return (body as WsTicket).ticket;
    },
    async fetchChanges(since) {
      const { status, body } = await person.call('GET', `/api/v1/changes?since=${since}&limit=1000`);
      if (status !== 200) throw new Error(`no changes for ${person.name}: ${status}`);
      return body as ChangePage;
    },
    since: 0,
    onEvent: (event) => events.push(event),
    idleMs: 2_000,
  });
  const close = () => client.close();
  t.after(close);
  return { events, close };
}
