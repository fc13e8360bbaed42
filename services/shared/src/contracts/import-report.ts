import { Type, type Static } from 'typebox';
import { Count, nullable, Uuid } from './scalars.ts';
import { Task } from './task.ts';

/** The formats of files that are imported. */
export const importFormats = [
  'rondo',
  'rondo-csv',
  'calendar',
  'todoist-csv',
  'todoist-backup',
  'ticktick',
  'vikunja',
  'super-productivity',
  'markdown',
  'text',
] as const;
export const ImportFormat = Type.Enum(importFormats);
export type ImportFormat = Static<typeof ImportFormat>;

/** A remark on an entry of a file. Id or title is null if the entry has none; both are null for a remark on the file. */
export const ImportRemark = Type.Object(
  { uid: nullable(Type.String()), summary: nullable(Type.String()), reason: Type.String() },
  { $id: 'ImportRemark' },
);
export type ImportRemark = Static<typeof ImportRemark>;

/** The most remarks of a kind, and tasks of a preview, in a report. */
export const maxRemarks = 1_000;
export const maxPreviewed = 50;

export const remarks = (description: string) =>
  Type.Array(ImportRemark, { maxItems: maxRemarks, description });

export const MoreRemarks = Type.Object(
  { skipped: Count, notes: Count },
  { description: 'how many remarks there are beyond the first 1,000 of each kind' },
);

/** What an import did. A preview has no id, writes nothing, and says what an import would do. */
export const ImportReport = Type.Object(
  {
    import_id: nullable(Uuid),
    format: ImportFormat,
    imported: Count,
    skipped: remarks('entries that were not imported'),
    notes: remarks('tasks that lack something of their entry, and what was guessed'),
    more: MoreRemarks,
    preview: Type.Array(Task, {
      maxItems: maxPreviewed,
      description: 'of a preview: the first tasks as they would be',
    }),
  },
  { $id: 'ImportReport' },
);
export type ImportReport = Static<typeof ImportReport>;
