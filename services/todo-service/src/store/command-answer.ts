import type { Task } from '@rondo/shared/contracts/task';
import { inSlices } from '@rondo/shared/workers/slices';

/** A command's answer, ready to send. */
export type CommandAnswer = {
  status: number;
  /** JSON text; empty for 204. */
  body: string;
  /** The task in the body, if it is a single one: the source of `ETag` and `Location`. */
  task?: Pick<Task, 'id' | 'version'>;
  /** The command that made the changes; absent if nothing was changed. */
  commandId?: string;
  /** Whether this is the stored answer to an earlier request with the same Idempotency-Key. */
  isReplayed?: boolean;
};

/** The answer of a command with nothing to show, or without a reader. */
export const noContent: CommandAnswer = { status: 204, body: '' };

/** An answer that shows one task. */
export function taskAnswer(status: number, task: Task, body = JSON.stringify(task)): CommandAnswer {
  return { status, body, task };
}

/** An answer that shows tasks, as many as a command may change, and more fields. Its text is made in slices. */
export async function tasksAnswer(
  tasks: Iterable<Task | undefined>,
  more: Record<string, unknown> = {},
): Promise<CommandAnswer> {
  const texts: string[] = [];
  await inSlices(tasks, (task) => void texts.push(JSON.stringify(task ?? null)));
  const fields = Object.entries(more).map(([name, value]) => `,"${name}":${JSON.stringify(value)}`);
  return { status: 200, body: `{"tasks":[${texts.join(',')}]${fields.join('')}}` };
}
