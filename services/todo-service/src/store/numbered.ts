import type { Task } from '@rondo/shared/contracts/task';
import { rankOfNumber } from '../domain/rank.ts';
import type { PendingChange } from './persist.ts';

/** A written task with its text as `persist` stores them: a created one has the number and the rank that it got. */
export function numbered(
  { after, taskJson }: Pick<PendingChange, 'after' | 'taskJson'>,
  number: number | null,
): { task: Task; json: string } {
  if (number === null) return { task: after, json: taskJson };
  const rank = after.rank ?? rankOfNumber(number);
  const ofRank = after.rank === undefined ? `,"rank":"${rank}"` : '';
  return { task: { ...after, number, rank }, json: `${taskJson.slice(0, -1)},"number":${number}${ofRank}}` };
}
