import type { ChangePage, SnapshotPage, TaskEvent } from '@rondo/shared/contracts/task-event';
import type { AuditVerification } from '@rondo/shared/contracts/audit-record';
import type { Task } from '@rondo/shared/contracts/task';

/** A person with a token, and the requests that tests send as this person. */
export type Person = {
  name: string;
  token: string;
  /** Sends a request with `body` as JSON, or as it is if it is text. Does not throw on error statuses. */
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: unknown; headers: Headers }>;
  get<Answer>(path: string): Promise<Answer>;
  /** All pages of the change feed after `since`. */
  changes(since?: number): Promise<TaskEvent[]>;
  /** All live tasks, page by page. */
  snapshot(): Promise<{ seq: number; tasks: Task[]; historyId: string }>;
  verification(): Promise<AuditVerification>;
};

export function personAt(baseUrl: () => string, name: string, token: string): Person {
  async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(`${baseUrl()}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    const { status, headers: answered } = response;
    return { status, body: text === '' ? undefined : (JSON.parse(text) as unknown), headers: answered };
  }

  async function get<Answer>(path: string): Promise<Answer> {
    const { status, body } = await call('GET', path);
    if (status !== 200) throw new Error(`GET ${path} for ${name}: ${status} ${JSON.stringify(body)}`);
    return body as Answer;
  }

  async function changes(since = 0): Promise<TaskEvent[]> {
    const all: TaskEvent[] = [];
    for (;;) {
      const page = await get<ChangePage>(`/api/v1/changes?since=${all.at(-1)?.seq ?? since}&limit=1000`);
      all.push(...page.changes);
      if (!page.has_more) return all;
    }
  }

  async function snapshot() {
    const tasks: Task[] = [];
    let cursor: string | null = null;
    let first: SnapshotPage | undefined;
    do {
      const page: SnapshotPage = await get(`/api/v1/snapshot${cursor === null ? '' : `?cursor=${cursor}`}`);
      first ??= page;
      tasks.push(...page.tasks);
      cursor = page.next_cursor;
    } while (cursor !== null);
    return { seq: first.seq, tasks, historyId: first.history_id };
  }

  return { name, token, call, get, changes, snapshot, verification: () => get('/api/v1/audit/verify') };
}
