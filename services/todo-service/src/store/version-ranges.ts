import type { EventToUndo } from './undo-target.ts';

/** What commands did to a task: from version `first` on, with the seq of its event. */
export type VersionRange = { taskId: string; seq: number; first: number; isCreation: boolean };

/** One range for each task. @param events latest first; so are the ranges, by the last event of each task */
export function versionRanges(events: readonly EventToUndo[]): VersionRange[] {
  const ranges = new Map<string, VersionRange>();
  for (const { task_id: taskId, seq, version: first, event_type: type } of events)
    ranges.set(taskId, { taskId, seq, first, isCreation: type === 'task-created' });
  return [...ranges.values()];
}
