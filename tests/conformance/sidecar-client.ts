import type { ConformanceSidecar } from './engine.ts';

export type SidecarAnswer = { status: number; text: string; json: unknown; headers: Headers };

/** Calls a sidecar, with its token unless `headers` has another. */
export async function callSidecar(
  { url, apiToken }: ConformanceSidecar,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<SidecarAnswer> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { 'dapr-api-token': apiToken, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, json: parsed(text), headers: response.headers };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The body of a bulk publish of numbered events with one partition key. */
export function numbered(count: number, key: string): unknown[] {
  return Array.from({ length: count }, (_, n) => ({
    entryId: `e${n}`,
    event: { n },
    contentType: 'application/json',
    metadata: { partitionKey: key },
  }));
}
