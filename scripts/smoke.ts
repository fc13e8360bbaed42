/** `npm run smoke -- URL`: tests a running Rondo as one person does. SMOKE_TOKEN is a bearer token. */
import { parseArgs } from 'node:util';

const timeoutMs = 60_000;
const pauseMs = 500;

const { positionals } = parseArgs({ allowPositionals: true });
const [base] = positionals;
const token = process.env['SMOKE_TOKEN'];
if (base === undefined || token === undefined || token === '') {
  process.stderr.write('smoke: SMOKE_TOKEN=… npm run smoke -- URL\n');
  process.exit(1);
}

async function call(method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> {
  const response = await fetch(new URL(path, base), {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
}

async function expect<Answer>(status: number, method: string, path: string, body?: object): Promise<Answer> {
  const answer = await call(method, path, body);
  if (answer.status !== status)
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}, not ${status}`);
  return answer.body as Answer;
}

/** Repeats a question until the answer is true. A pod that is being replaced can refuse a connection. */
async function waitUntil(what: string, ask: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let reason: unknown;
  while (Date.now() < deadline) {
    if (await ask().catch((error: unknown) => void (reason = error))) return;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  throw new Error(`not within ${timeoutMs / 1000} s: ${what}`, { cause: reason });
}

try {
  await waitUntil('every service is ready', async () => (await call('GET', '/health/ready')).status === 200);
  const task = await expect<{ id: string; version: number }>(201, 'POST', '/api/v1/tasks', {
    title: 'Smoke test',
  });
  const { head } = await expect<{ head: number }>(200, 'GET', '/api/v1/changes?since=0&limit=1');
  await waitUntil('the audit has the change, and its chain is intact', async () => {
    const found = await expect<{ intact: boolean; complete_to: number }>(200, 'GET', '/api/v1/audit/verify');
    return found.intact && found.complete_to >= head;
  });
  await expect(201, 'POST', '/api/v1/ws-tickets');
  await expect(200, 'GET', '/api/v1/notifications');
  await expect(204, 'DELETE', `/api/v1/tasks/${task.id}`);
  console.log(`smoke: ${base} works`);
} catch (error) {
  process.stderr.write(`smoke: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
