import type { Task } from '@rondo/shared/contracts/task';
import { chunksOf } from './search-words.ts';

/** How many words of a task are indexed. 20,000 characters of a text with spaces have fewer. */
const maxWords = 10_000;

/** Beyond all words; PostgreSQL has no later position. Its weight tells that a row has the present form: see `isToFill`. */
const markOfForm = '16383B';

/**
 * What each word begins with in the index, so that the words of a workspace are neighbours there, and a search reads only those:
 * also a search by the beginning of a word. Two workspaces may share a mark, because a query names the workspace too.
 */
export function markOf(workspaceId: string): string {
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
export function wordlessName(name: string): string {
  return `-${Buffer.from(name).toString('hex').slice(0, 60)}`;
}
