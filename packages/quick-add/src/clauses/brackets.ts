import type { Found } from './clause.ts';
import { isConnector, joins } from './connectors.ts';
import type { Words } from '../words.ts';

const separating = /^(?:[,;:&–—-]|and)$/;

/** What was hidden: the clauses of remarks are dates that a person may have meant. */
export type Hidden = { isHidden: boolean; remarks: Found[] };

/**
 * Hides what is in brackets if only some of it says when. "[Monday notes]" is a name, "(Monday edition)" is a remark, and "[tomorrow]"
 * and "(on friday)" are dates. Brackets around the whole phrase hide nothing, and neither does a limit of the clause before
 * them.
 */
export function hideBracketed({ tokens }: Words, found: Found[]): Hidden {
  const remarks: Found[] = [];
  if (!tokens.some(({ word }) => word === '[' || word === '(')) return { isHidden: false, remarks };
  const isTaken = new Uint8Array(tokens.length);
  for (const { first, next } of found) isTaken.fill(1, first, next);
  let isHidden = false;
  let open: number | undefined;
  for (const [at, { word }] of tokens.entries()) {
    if (word === '[' || word === '(') open = at;
    if ((word !== ']' && word !== ')') || open === undefined) continue;
    const first = open + 1;
    const inside = tokens.slice(first, at);
    const hasTime = inside.some((_, index) => isTaken[first + index] === 1);
    const hasOther = inside.some((one, index) => isTaken[first + index] === 0 && !separating.test(one.word));
    const isWhole = open === 0 && at === tokens.length - 1;
    if (
      !isWhole &&
      hasTime &&
      hasOther &&
      !(word === ')' && limits(tokens[first]?.word ?? '', found, open))
    ) {
      for (const token of inside) if (token.name === undefined) token.word = '';
      isHidden = true;
      if (word === ')') remarks.push(...found.filter((one) => one.first >= first && one.next <= at));
    }
    open = undefined;
  }
  return { isHidden, remarks };
}

/** Whether what is in round brackets belongs to the clause before them: "tomorrow (or friday)", "every day (mon to fri in summer)". */
function limits(opener: string, found: Found[], open: number): boolean {
  const before = found.findIndex(({ next }) => next === open);
  if (before < 0) return false;
  return (
    joins(opener) ||
    isConnector(opener) ||
    found.slice(0, before + 1).some(({ clause }) => clause.is === 'rule')
  );
}
