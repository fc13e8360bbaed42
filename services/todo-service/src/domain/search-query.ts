import { markOf, wordlessName } from './search-vector.ts';
import { chunksOf, type Chunk, type Run } from './search-words.ts';

/**
 * How many words a query looks for, which bounds its work. Words beyond the limit are left out: a shortened query finds
 * more, never less. Words in order cost the most, because PostgreSQL compares up to 256 positions of each with those of the next.
 */
export const maxAsked = {
  /** Words of a search. */
  words: 32,
  /** Of these, in all phrases together: 17 Chinese characters, or two file names. The others may be anywhere. */
  inOrder: 16,
  /** Words of all names of a filter; each name has at least one. A filter has at most 20 names. */
  ofNames: 20,
};

/** What no vector has: a query for it finds nothing. */
const nothing = "'nothing typed'";

/** The words of a chunk: all of `inOrder`, or `asOne`. */
type Asked = { inOrder: string[]; asOne: string | undefined };

/**
 * Builds a `tsquery` from typed text: everything between spaces must be found, the last of it also as a beginning. Runs must
 * follow each other in the text, or be joined: `wi-fi` finds `Wi-Fi` and `WiFi`. Without a word, nothing is found.
 */
export function searchQuery(workspaceId: string, typed: string): string {
  const mark = markOf(workspaceId);
  const chunks = chunksOf(typed);
  const asked = chunks.map((chunk, index) => askedOf(mark, chunk, index === chunks.length - 1));
  const different = new Map(asked.map((words) => [JSON.stringify(words), words])).values();
  const room = { words: maxAsked.words, inOrder: maxAsked.inOrder };
  const terms: string[] = [];
  for (const words of different) {
    const term = termWithin(room, words);
    if (term === undefined) break;
    terms.push(term);
  }
  return terms.length === 0 ? nothing : terms.join(' & ');
}

/** Makes a term of as many words as `room` has left, and takes them from it. Words beyond those in order may be anywhere. */
function termWithin(room: { words: number; inOrder: number }, { inOrder, asOne }: Asked): string | undefined {
  const free = room.words - (asOne === undefined ? 0 : 1);
  if (free < Math.min(inOrder.length, 1)) return undefined;
  const phrase = inOrder.slice(0, Math.min(room.inOrder, free));
  const others = new Set(inOrder.slice(phrase.length).filter((word) => !phrase.includes(word)));
  const anywhere = [...others].slice(0, free - phrase.length);
  room.inOrder -= phrase.length;
  room.words = free - phrase.length - anywhere.length;
  const parts = [...(phrase.length === 0 ? [] : [phrase.join(' <-> ')]), ...anywhere];
  if (parts.length === 0) return asOne;
  return `(${[parts.join(' & '), ...(asOne === undefined ? [] : [asOne])].join(' | ')})`;
}

function askedOf(mark: string, { runs, whole }: Chunk, isBeginning: boolean): Asked {
  const [first] = runs;
  const isOne = first !== undefined && runs.length === 1 && !first.isPaired;
  const joined = isOne ? first.whole : whole;
  const asOne = joined === undefined ? undefined : `'${mark}${joined}'${isBeginning ? ':*' : ''}`;
  if (isOne && first.parts.length === 1) return { inOrder: [], asOne };
  const inOrder = runs.flatMap((run, index) =>
    wordsInOrder(mark, run, index === runs.length - 1, isBeginning),
  );
  return { inOrder, asOne };
}

function wordsInOrder(
  mark: string,
  { parts, isPaired }: Run,
  isLast: boolean,
  isBeginning: boolean,
): string[] {
  // The last character of paired ones may be the first of a pair in the text.
  const words = isPaired && isLast && parts.length > 1 ? parts.slice(0, -1) : parts;
  return words.map((word, index) => {
    const isPrefix =
      isLast && index === words.length - 1 && (isBeginning || (isPaired && parts.length === 1));
    return `'${mark}${word}'${isPrefix ? ':*' : ''}`;
  });
}

/**
 * Builds a `tsquery` that finds at least the tasks with all of these names as labels or lists, or with any of them. The longest words
 * of a name are asked for: others narrow less.
 */
export function namesQuery(workspaceId: string, names: string[], how: 'all' | 'any'): string {
  const mark = markOf(workspaceId);
  const different = new Set(names);
  const ofEach = Math.max(Math.floor(maxAsked.ofNames / different.size), 1);
  const terms = [...different].map((name) => {
    const words = wordsOfName(name).slice(0, ofEach);
    return `(${words.map((word) => `'${mark}${word}'`).join(' & ')})`;
  });
  return `(${terms.join(how === 'all' ? ' & ' : ' | ')})`;
}

function wordsOfName(name: string): string[] {
  const runs = chunksOf(name).flatMap((chunk) => chunk.runs);
  const words = new Set(runs.flatMap(({ parts, whole, isPaired }) => (isPaired ? parts : [whole])));
  if (words.size === 0) words.add(wordlessName(name));
  return [...words].toSorted((one, other) => other.length - one.length);
}

/** The query for rows from before the migration 0012, whose words PostgreSQL's parser split. */
export function formerSearchQuery(typed: string): string {
  const words = typed.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length === 0) return nothing;
  const asked = new Set(words.map((word, index) => `'${word}'${index === words.length - 1 ? ':*' : ''}`));
  return [...asked].slice(0, maxAsked.words).join(' & ');
}
