import type { Clause, Found } from './clause.ts';

/** The clauses of a phrase, and which of them were taken. */
export type Heard = { found: Found[]; accepted: Set<Found> };

type Is = Clause['is'];
type ClauseOf<Kind extends Is> = Extract<Clause, { is: Kind }>;

/** Whether a clause is of a kind. */
export function isOf<Kind extends Is>(found: Found, is: Kind): found is Found<ClauseOf<Kind>> {
  return found.clause.is === is;
}

/** The first clause of a kind, not yet taken. */
export function firstOf<Kind extends Is>({ found }: Heard, is: Kind): Found<ClauseOf<Kind>> | undefined {
  return found.find((one) => isOf(one, is));
}

/** Takes the first clause of a kind. */
export function take<Kind extends Is>(heard: Heard, is: Kind): ClauseOf<Kind> | undefined {
  const one = firstOf(heard, is);
  if (one !== undefined) heard.accepted.add(one);
  return one?.clause;
}
