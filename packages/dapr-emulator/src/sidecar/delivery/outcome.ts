/**
 * The result of an attempt to deliver a record. `dropped`: the app rejected it for good. `unwanted`: it has expired or no
 * route matches. `undeliverable`: it is not an envelope.
 */
export type Outcome = 'acknowledged' | 'retry' | 'dropped' | 'unwanted' | 'undeliverable';

/** The answer of the app; undefined if it did not answer. */
export type AppAnswer = { status: number; text: string } | undefined;

/** The outcome of a single delivery. */
export function outcomeOf(answer: AppAnswer): Outcome {
  if (!answer) return 'retry';
  if (answer.status === 404) return 'dropped';
  if (!isSuccess(answer)) return 'retry';
  const { status } = objectIn(answer.text);
  if (typeof status !== 'string' || status === '') return 'acknowledged';
  return outcomeOfStatus(status);
}

/** The outcome of each entry of a bulk delivery. An entry without a status is retried. */
export function outcomesOf(answer: AppAnswer, entryIds: string[]): Outcome[] {
  // As in daprd, 404 to a bulk delivery drops all entries without dead letters.
  if (answer?.status === 404) return entryIds.map(() => 'acknowledged');
  if (!isSuccess(answer)) return entryIds.map(() => 'retry');
  const { statuses } = objectIn(answer.text);
  const entries = Array.isArray(statuses) ? (statuses as { entryId?: unknown; status?: unknown }[]) : [];
  const statusOf = new Map(entries.map(({ entryId, status }) => [entryId, status]));
  return entryIds.map((entryId) => outcomeOfStatus(statusOf.get(entryId)));
}

function isSuccess(answer: AppAnswer): answer is Exclude<AppAnswer, undefined> {
  return answer !== undefined && answer.status >= 200 && answer.status < 300;
}

function outcomeOfStatus(status: unknown): Outcome {
  if (status === 'SUCCESS') return 'acknowledged';
  return status === 'DROP' ? 'dropped' : 'retry';
}

function objectIn(text: string): Record<string, unknown> {
  try {
    const parsed = JSON.parse(text) as unknown;
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
