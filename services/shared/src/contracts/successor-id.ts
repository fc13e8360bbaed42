import { v5 } from 'uuid';

/** The id of the task that follows a completed one (UUIDv5, RFC 9562 section 5.5): every computation gives the same id. */
export function successorIdOf(taskId: string): string {
  return v5('successor', taskId);
}
