import type { AuditVerification } from '@rondo/shared/contracts/audit-record';
import type { WsTicket } from '@rondo/shared/contracts/sync-message';
import type { ChangePage, TaskEvent } from '@rondo/shared/contracts/task-event';
import { connect, type SyncClient } from '@rondo/sync-client/sync-client';
import { eventually } from '@rondo/shared/test/eventually';
import { personAt, type Person } from '../../tests/support/person.ts';
import type { Bench } from './scenario.ts';

export type BenchPerson = Person & { token: string };

/** Returns `count` people with tokens. The scenario's name keeps their workspaces apart from those of other scenarios. */
export async function peopleOf({ host, issuer }: Bench, name: string, count: number): Promise<BenchPerson[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const token = await issuer.tokenFor(`${name} ${n}`);
      return { ...personAt(() => host.endpoints.url, `${name} ${n}`, token), token };
    }),
  );
}

/** Returns one person with a token. */
export async function personOf(bench: Bench, name: string): Promise<BenchPerson> {
  const [person] = await peopleOf(bench, name, 1);
  if (!person) throw new Error(`There is no person ${name}.`);
  return person;
}

/** Follows a person's changes through the gateway. */
export function follow(
  { host }: Bench,
  person: Person,
  options: { since: number; onEvent: (event: TaskEvent) => void },
): SyncClient {
  return connect({
    url: `${host.endpoints.url.replace('http', 'ws')}/ws`,
    getTicket: async () => ((await person.call('POST', '/api/v1/ws-tickets')).body as WsTicket).ticket,
    fetchChanges: (since) => person.get<ChangePage>(`/api/v1/changes?since=${since}`),
    ...options,
  });
}

/** Waits until Audit has recorded every event of these people. @returns seconds since `began`, and the number of events */
export async function auditedSince(
  people: Person[],
  began: number,
): Promise<{ seconds: number; events: number }> {
  let events = 0;
  for (const person of people) {
    const { head } = await person.get<ChangePage>('/api/v1/changes?since=0&limit=1');
    events += head;
    await eventually(
      async () => {
        const { total } = await person.get<{ total: number }>('/api/v1/audit?limit=1');
        return total >= head;
      },
      { timeout_ms: 300_000, every_ms: 20, what: `all audit records of ${person.name}` },
    );
  }
  return { seconds: (performance.now() - began) / 1000, events };
}

export const verificationOf = (person: Person) => person.get<AuditVerification>('/api/v1/audit/verify');

/** Creates `count` tasks with bulk commands. */
export async function createMany(
  person: Person,
  count: number,
  titleOf: (n: number) => string,
): Promise<void> {
  for (let n = 0; n < count; n += 500) {
    const operations = Array.from({ length: Math.min(500, count - n) }, (_, index) => ({
      op: 'create',
      title: titleOf(n + index),
    }));
    const { status, body } = await person.call('POST', '/api/v1/tasks/bulk', { operations });
    if (status !== 200) throw new Error(`bulk creation: ${status} ${JSON.stringify(body)}`);
  }
}
