import type { Task } from '@rondo/shared/contracts/task';

/** A command's answer, ready to send. */
export type CommandAnswer = {
  status: number;
  /** JSON text; empty for 204. */
  body: string;
  /** The task in the body, if it is a single one: the source of `ETag` and `Location`. */
  task?: Pick<Task, 'id' | 'version'>;
  /** Whether this is the stored answer to an earlier request with the same Idempotency-Key. */
  isReplayed?: boolean;
};

/** The answer of a command with nothing to show, or without a reader. */
export const noContent: CommandAnswer = { status: 204, body: '' };

/** An answer that shows one task. */
export function taskAnswer(status: number, task: Task, body = JSON.stringify(task)): CommandAnswer {
  return { status, body, task };
}
