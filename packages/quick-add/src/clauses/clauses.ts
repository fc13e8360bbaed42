import type { Clause, Found } from './clause.ts';

/** The clauses of a phrase. Words of clauses that are not accepted stay in the title. */
export type Clauses = { found: Found[]; accepted: Set<Found> };

type Is = Clause['is'];
export type ClauseOf<Kind extends Is> = Extract<Clause, { is: Kind }>;

export function isOf<Kind extends Is>(found: Found, is: Kind): found is Found<ClauseOf<Kind>> {
  return found.clause.is === is;
}

/** Finds the first clause of a kind, without accepting it. */
export function firstOf<Kind extends Is>({ found }: Clauses, is: Kind): Found<ClauseOf<Kind>> | undefined {
  return found.find((one) => isOf(one, is));
}

/** Finds and accepts the first clause of a kind. */
export function accept<Kind extends Is>(clauses: Clauses, is: Kind): ClauseOf<Kind> | undefined {
  const one = firstOf(clauses, is);
  if (one !== undefined) clauses.accepted.add(one);
  return one?.clause;
}

/** The clause of each token, by its index. */
export function ownersOf(length: number, found: Found[]): (Found | undefined)[] {
  const owners: (Found | undefined)[] = [];
  for (let at = 0; at < length; at += 1) owners.push(undefined);
  for (const one of found) for (let at = one.first; at < one.next; at += 1) owners[at] = one;
  return owners;
}
