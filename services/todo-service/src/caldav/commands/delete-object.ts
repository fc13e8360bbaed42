import { notFound } from '@rondo/shared/errors';
import { deleteTask } from '../../commands/delete-task.ts';
import type { CommandContext, TodoContext } from '../../context.ts';
import { markOf } from '../../domain/entity-tag.ts';
import type { CommandAnswer } from '../../store/command-answer.ts';
import { checkPreconditions, type Preconditions } from '../preconditions.ts';
import { etagOf } from '../properties.ts';
import { memberByName } from '../queries/find-members.ts';

/**
 * Moves the task of a calendar object, and its subtasks, to the trash. A recurring task ends its series.
 * @throws AppError 404; 412
 */
export async function deleteObject(
  ctx: TodoContext,
  command: CommandContext,
  { name, preconditions }: { name: string; preconditions: Preconditions },
): Promise<CommandAnswer> {
  const { workspaceId } = command.identity;
  const query = { database: ctx.database, workspaceId, withTask: false };
  const member = await memberByName(query, name);
  checkPreconditions(preconditions, member && etagOf(member));
  if (!member) throw notFound('task');
  // With a precondition, nothing may change the task in between.
  const { version, historyId } = member;
  const expected = { version, historyMark: markOf(historyId) };
  const context = preconditions.ifMatch === undefined ? command : { ...command, expected: [expected] };
  return deleteTask(ctx, context, member.id, 'series');
}
