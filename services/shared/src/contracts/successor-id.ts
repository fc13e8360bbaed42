import { v5 } from 'uuid';

/** Returns the id of the task that follows a completed one (UUIDv5, RFC 9562 section 5.5). It is always the same. */
export function successorIdOf(taskId: string): string {
  return v5('successor', taskId);
}

/** Returns the ids of the tasks that follow a task, one after the other. */
export function successorsOf(taskId: string, count: number): string[] {
  const ids: string[] = [];
  for (let id = taskId; ids.length < count;) ids.push((id = successorIdOf(id)));
  return ids;
}
