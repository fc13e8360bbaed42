import { AppError } from '@rondo/shared/errors';

/** How much a workspace may have. A day begins at midnight UTC. */
export const quotas = {
  /** Including the trash. */
  tasks: 100_000,
  /** Of all tasks as JSON in UTF-8, and of what only calendar apps know of them. */
  bytes: 512 * 1024 * 1024,
  events: 200_000,
  /** Of a day's events as JSON, each of which has the whole task, and of the answers that are kept for Idempotency-Keys. */
  'event-bytes': 1024 * 1024 * 1024,
  imports: 50,
  /** Of labels and lists. */
  names: 2_000,
  filters: 100,
} as const;

export type QuotaName = keyof typeof quotas;

/** What a workspace has used of the quotas that are counted in its head row. */
export type Usage = Record<Exclude<QuotaName, 'names' | 'filters'>, number>;

const count = (value: number) => value.toLocaleString('en-US');
const remedies: Record<QuotaName, string> = {
  tasks: 'Delete tasks: they make room when they leave the trash, after 30 days.',
  bytes: 'Shorten descriptions, or delete tasks: they make room when they leave the trash, after 30 days.',
  events: 'You can delete tasks now, and change others after midnight UTC.',
  'event-bytes': 'You can delete tasks now, and change others after midnight UTC.',
  imports: 'Import more after midnight UTC.',
  names: 'Use names that you have, or take some off all tasks that have them.',
  filters: 'Delete a filter.',
};
const subjects: Record<QuotaName, string> = {
  tasks: `A workspace has at most ${count(quotas.tasks)} tasks, including the trash.`,
  bytes: `The tasks of a workspace, with what calendar apps keep with them, have at most ${count(quotas.bytes / 1024 ** 2)} MiB.`,
  events: `A workspace has at most ${count(quotas.events)} changes a day.`,
  'event-bytes': `The changes of a workspace have at most ${count(quotas['event-bytes'] / 1024 ** 2)} MiB a day, each with its whole task.`,
  imports: `A workspace has at most ${count(quotas.imports)} calendar imports a day.`,
  names: `A workspace has at most ${count(quotas.names)} names of labels and lists.`,
  filters: `A workspace has at most ${count(quotas.filters)} saved filters.`,
};

/** 403: the workspace has used up a quota. Says which, and how to make room. */
export function quotaExceeded(name: QuotaName, used: number): AppError {
  return new AppError('quota-exceeded', `${subjects[name]} ${remedies[name]}`, {
    quota: { name, limit: quotas[name], used },
  });
}
