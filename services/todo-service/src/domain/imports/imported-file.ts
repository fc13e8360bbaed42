import { uuidOfName } from '@rondo/shared/uuid-of-name';
import { createPauses } from '@rondo/shared/workers/slices';
import type { TaskDraft } from '@rondo/shared/contracts/task';
import type { Remarks } from './remarks.ts';

/** Names an entry. The id of its task is derived from `key`. `taskId` is set if the file is an export of ours. */
export type EntryName = { key: string; taskId?: string | undefined };

/** A task from a file, with its times there (RFC 3339). `uid` is its id in the other app, for remarks. */
export type ImportedEntry = EntryName & {
  uid: string | null;
  parent: EntryName | null;
  draft: TaskDraft;
  createdAt?: string | null | undefined;
  completedAt?: string | null | undefined;
};

/** What a reader makes of a file. */
export type ImportedFile = Remarks & { drafts: ImportedEntry[] };

/** The key of an entry, unique among all formats. @param kind of app, such as `todoist` */
export function entryKey(kind: string, ...parts: (string | number | null)[]): string {
  return JSON.stringify([kind, ...parts]);
}

/** The ids that an entry's task may have in a workspace. The last one is that of a new task. */
export function idsOfEntry({ key, taskId }: EntryName, workspaceId: string): string[] {
  return [...(taskId === undefined ? [] : [taskId]), uuidOfName(workspaceId, key)];
}

/** Sorts entries, in slices, so that each follows its parent. A cycle is cut at its first entry. */
export async function parentsFirst(entries: readonly ImportedEntry[]): Promise<Set<ImportedEntry>> {
  const pause = createPauses();
  const byKey = new Map<string, ImportedEntry>();
  for (const entry of entries) {
    byKey.set(entry.key, entry);
    const turn = pause();
    if (turn) await turn;
  }
  const ordered = new Set<ImportedEntry>();
  for (const entry of entries) {
    const path = new Set<ImportedEntry>();
    let at: ImportedEntry | undefined = entry;
    while (at && !ordered.has(at) && !path.has(at)) {
      path.add(at);
      at = at.parent ? byKey.get(at.parent.key) : undefined;
      const turn = pause();
      if (turn) await turn;
    }
    for (const one of [...path].toReversed()) {
      ordered.add(one);
      const turn = pause();
      if (turn) await turn;
    }
  }
  return ordered;
}
