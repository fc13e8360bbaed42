/**
 * What becomes of a record after an attempt: acknowledged; to be tried again; given up by the app; wanted by nobody
 * (expired, or of no route); not to be delivered at all (no envelope).
 */
export type Outcome = 'acknowledged' | 'retry' | 'dropped' | 'unwanted' | 'undeliverable';

/** An app's answer; undefined when there was none. */
export type AppAnswer = { status: number; text: string } | undefined;

/** What an app's answer to a single delivery means. */
export function outcomeOf(answer: AppAnswer): Outcome {
  if (!answer) return 'retry';
  if (answer.status === 404) return 'dropped';
  if (!isSuccess(answer)) return 'retry';
  const { status } = objectIn(answer.text);
  if (typeof status !== 'string' || status === '') return 'acknowledged';
  return outcomeOfStatus(status);
}

/** What an app's answer to a bulk delivery means for each entry: one that it does not name is tried again. */
export function outcomesOf(answer: AppAnswer, entryIds: string[]): Outcome[] {
  // As daprd has it, 404 to a bulk delivery drops everything and spares the dead-letter topic.
  if (answer?.status === 404) return entryIds.map(() => 'acknowledged');
  if (!isSuccess(answer)) return entryIds.map(() => 'retry');
  const { statuses } = objectIn(answer.text);
  const entries = Array.isArray(statuses) ? (statuses as { entryId?: unknown; status?: unknown }[]) : [];
  const given = new Map(entries.map(({ entryId, status }) => [entryId, status]));
  return entryIds.map((entryId) => outcomeOfStatus(given.get(entryId)));
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
