import type { AuditVerification } from '@rondo/shared/contracts/audit-record';
import type { ChangePage } from '@rondo/shared/contracts/task-event';
import { eventually } from '@rondo/shared/test/eventually';
import { personAt, type Person } from '../../tests/support/person.ts';
import type { Bench } from './scenario.ts';

export type BenchPerson = Person & { token: string };

/** So many people with tokens, by a name of the scenario's own. */
export async function peopleOf({ host, issuer }: Bench, name: string, count: number): Promise<BenchPerson[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const token = await issuer.tokenFor(`${name} ${n}`);
      return { ...personAt(() => host.endpoints.url, `${name} ${n}`, token), token };
    }),
  );
}

/** Waits until Audit has everything of these people. @returns the seconds that it took and the number of events */
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
      { timeout_ms: 300_000, every_ms: 20, what: `the audit of ${person.name}` },
    );
  }
  return { seconds: (performance.now() - began) / 1000, events };
}

export const verificationOf = (person: Person) => person.get<AuditVerification>('/api/v1/audit/verify');

/** Creates so many tasks of a person by bulk commands. */
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
