import type { Task } from '@rondo/shared/contracts/task';
import { chunksOf, type Chunk, type Run } from './search-words.ts';

/** How many words of a task are indexed. 20,000 characters of a text with spaces have fewer. */
const maxWords = 10_000;

/** Beyond all words; PostgreSQL has no later position. Its weight tells that a row has the present form: see `isToFill`. */
const markOfForm = '16383B';

/** What no vector has: a query for it finds nothing. */
const nothing = "'nothing typed'";

/**
 * What each word begins with in the index, so that the words of a workspace are neighbours there, and a search reads only those:
 * also a search by the beginning of a word. Two workspaces may share a mark, because a query names the workspace too.
 */
function markOf(workspaceId: string): string {
  return Number.parseInt(workspaceId.slice(-5), 16).toString(36).padStart(4, '0');
}

/**
 * The words of a task with their positions, as the text of a `tsvector`: title, labels, list and description. Each has the
 * weight A, which rows from before the migration 0012 don't have; the first has also a position with the weight B, which those from
 * before 0021 don't have.
 */
export function searchVector({ workspace_id: id, title, labels, list, description }: Task): string {
  const mark = markOf(id);
  let vector = '';
  let position = 1;
  const add = (word: string) => {
    vector += ` ${mark}${word}:${position}A${vector === '' ? `,${markOfForm}` : ''}`;
  };
  for (const [text, isName] of [
    [title, false],
    ...labels.map((label) => [label, true] as const),
    [list, true],
    [description, false],
  ] as const) {
    if (text === null) continue;
    const chunks = chunksOf(text);
    if (isName && chunks.length === 0) add(wordlessName(text));
    for (const { runs, whole } of chunks) {
      if (whole !== undefined) add(whole);
      for (const run of runs) {
        if (run.parts.length > 1 && !run.isPaired) add(run.whole);
        for (const part of run.parts) {
          if (position > maxWords) return vector;
          add(part);
          position += 1;
        }
      }
    }
    // Words of two texts don't follow each other.
    position += 1;
  }
  // No vector is empty: its weight tells that the row has this form.
  if (vector === '') add('-');
  return vector;
}

/** The word of a label or list without letters and digits, such as an emoji: no search finds it, but a filter does. */
function wordlessName(name: string): string {
  return `-${Buffer.from(name).toString('hex').slice(0, 60)}`;
}

/**
 * Builds a `tsquery` from typed text: everything between spaces must be found, the last of it also as a beginning. Runs must
 * follow each other in the text, or be joined: `wi-fi` finds `Wi-Fi` and `WiFi`. Without a word, nothing is found.
 */
export function searchQuery(workspaceId: string, typed: string): string {
  const mark = markOf(workspaceId);
  const chunks = chunksOf(typed);
  const found = chunks.map((chunk, index) => chunkQuery(mark, chunk, index === chunks.length - 1));
  return found.length === 0 ? nothing : found.join(' & ');
}

/** Builds a `tsquery` that finds at least the tasks with a label or list of this name. */
export function nameQuery(workspaceId: string, name: string): string {
  const mark = markOf(workspaceId);
  const runs = chunksOf(name).flatMap((chunk) => chunk.runs);
  const words = new Set(runs.flatMap(({ parts, whole, isPaired }) => (isPaired ? parts : [whole])));
  if (words.size === 0) words.add(wordlessName(name));
  return `(${[...words].map((word) => `'${mark}${word}'`).join(' & ')})`;
}

function chunkQuery(mark: string, { runs, whole }: Chunk, isBeginning: boolean): string {
  const [first] = runs;
  const isOne = first !== undefined && runs.length === 1 && !first.isPaired;
  const joined = isOne ? first.whole : whole;
  const asOne = joined === undefined ? [] : [`'${mark}${joined}'${isBeginning ? ':*' : ''}`];
  if (isOne && first.parts.length === 1) return asOne.join('');
  const inOrder = runs.flatMap((run, index) =>
    wordsInOrder(mark, run, index === runs.length - 1, isBeginning),
  );
  return `(${[`(${inOrder.join(' <-> ')})`, ...asOne].join(' | ')})`;
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

/** The query for rows from before the migration 0012, whose words PostgreSQL's parser split. */
export function formerSearchQuery(typed: string): string {
  const words = typed.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length === 0) return nothing;
  return words.map((word, index) => `'${word}'${index === words.length - 1 ? ':*' : ''}`).join(' & ');
}
