/** Whatever a client has open, and wherever its request waits when it goes: the whole of each limit is there for the next ones. */
import assert from 'node:assert/strict';
import type { RequestListener, ServerResponse } from 'node:http';
import { describe, test, type TestContext } from 'node:test';
import { acceptInProcess } from '@rondo/shared/http/in-process';
import { eventually } from '@rondo/shared/test/eventually';
import { jwks, listen, names, nowhere, openGateway } from '../support/gateway.ts';
import { openRaw, type RawConnection } from '../support/raw-connection.ts';

const rateLimit = { perSecond: 1_000, burst: 500 };
/** How the gateway reaches services: as its own process does, and as that of the embedded host does. */
const ways = ['over HTTP', 'in its process'] as const;
/** Where a request is when its client goes. */
const windows = ['pace', 'turn', 'body', 'answer'] as const;

type Counted = {
  what: string;
  max: number;
  limits: { maxRequestsPerAddress: number; maxRequests: number };
  head: string[];
  /** All are of one token. */
  isOfToken?: true;
};

const post = (path: string) => [`POST ${path} HTTP/1.1`, 'transfer-encoding: chunked'];
const counted: Counted[] = [
  {
    what: 'requests of an address',
    max: 12,
    limits: { maxRequestsPerAddress: 12, maxRequests: 0 },
    head: post('/api/v1/tasks'),
  },
  {
    what: 'requests of all',
    max: 12,
    limits: { maxRequestsPerAddress: 0, maxRequests: 12 },
    head: post('/api/v1/tasks'),
  },
  {
    what: 'usual bodies',
    max: 64,
    limits: { maxRequestsPerAddress: 0, maxRequests: 0 },
    head: post('/api/v1/tasks'),
  },
  {
    what: 'large bodies',
    max: 25,
    limits: { maxRequestsPerAddress: 0, maxRequests: 0 },
    head: post('/api/v1/imports'),
  },
  {
    what: 'turns of a token',
    max: 8,
    limits: { maxRequestsPerAddress: 0, maxRequests: 0 },
    head: ['GET /api/v1/tasks HTTP/1.1'],
    isOfToken: true,
  },
];

/** Opens a gateway before a service that answers when the test says so. */
async function open(t: TestContext, way: (typeof ways)[number], { limits }: Counted) {
  const waiting: ServerResponse[] = [];
  const service: RequestListener = (request, response) => {
    request.on('error', () => undefined).resume();
    waiting.push(response);
  };
  const { handle, untilIdle } = acceptInProcess({ routing: service });
  const { url } = await openGateway(
    t,
    Object.fromEntries(
      await Promise.all(
        names.map(async (name) => [name, way === 'over HTTP' ? (await listen(t, service)).url : nowhere]),
      ),
    ) as Record<string, string>,
    {
      jwks,
      rateLimit,
      limits: { maxConnectionsPerAddress: 0, ...limits },
      inProcess: new Map(way === 'over HTTP' ? [] : names.map((name) => [name, handle])),
    },
  );
  const send = (token: string, head: string[], body = '') => {
    const client = openRaw(t, url);
    client.send([...head, `authorization: Bearer ${token}`, 'content-type: application/json'], body);
    return client;
  };
  const under = () => waiting.filter(({ closed }) => !closed);
  const answerAll = () => {
    for (const response of under()) response.writeHead(200, { 'content-length': 2 }).end('{}');
  };
  return { send, under, answerAll, untilIdle };
}

type Opened = Awaited<ReturnType<typeof open>>;

const wholeBody = '2\r\n{}\r\n0\r\n\r\n';
const partOfBody = '5\r\n{';

/** Closes a connection after what was written has left. The gateway reads it before it learns of the close. */
async function leave({ socket }: RawConnection): Promise<void> {
  await new Promise((resolve) => socket.write('', resolve));
  socket.destroy();
}

/** Lets as many clients as the limit allows go while they are in a window. */
async function letLeave(opened: Opened, { max, head, isOfToken }: Counted, window: (typeof windows)[number]) {
  const { send, under, answerAll } = opened;
  const tokenOf = (nth: number) =>
    isOfToken || window === 'pace' || window === 'turn' ? 'ada' : `left-${nth >> 3}`;
  const slow: RawConnection[] = [];
  const read = 'GET /api/v1/tasks?limit=4000 HTTP/1.1';
  if (window === 'pace') for (let n = 0; n < 10; n += 1) slow.push(send('ada', [read]));
  if (window === 'turn') {
    for (let n = 0; n < 8; n += 1) slow.push(send('ada', ['GET /api/v1/tasks HTTP/1.1']));
    await eventually(() => under().length === 8);
  }
  const body = head[0]?.startsWith('GET') ? '' : window === 'body' ? partOfBody : wholeBody;
  const left = Array.from({ length: max }, (_, nth) => send(tokenOf(nth), head, body));
  if (window === 'answer') await eventually(() => under().length === max);
  await Promise.all([...left, ...(window === 'pace' ? slow : [])].map(leave));
  await eventually(() => left.every(({ isClosed }) => isClosed()));
  if (window === 'turn') {
    answerAll();
    for (const client of slow) assert.equal((await client.answer()).status, 200);
  }
  // Those of the same token pass after what it sent before.
  const after = send('ada', ['GET /api/v1/audit HTTP/1.1']);
  await eventually(() => {
    answerAll();
    return after.received() !== '';
  });
  assert.equal((await after.answer()).status, 200, 'the next one of the same token');
}

/** Opens as many as the limit allows: all of them reach the service. */
async function fill({ send, under, answerAll }: Opened, { what, max, head, isOfToken }: Counted) {
  const body = head[0]?.startsWith('GET') ? '' : wholeBody;
  const clients = Array.from({ length: max }, (_, nth) =>
    send(isOfToken ? 'ada' : `next-${nth >> 3}`, head, body),
  );
  await eventually(
    () => {
      for (const { received } of clients) if (received() !== '') assert.fail(received());
      return under().length === max;
    },
    { what },
  );
  answerAll();
  for (const client of clients) assert.equal((await client.answer()).status, 200);
}

for (const way of ways)
  describe(`a gateway that reaches services ${way}`, { concurrency: 4 }, () => {
    for (const one of counted)
      for (const window of windows)
        test(`${one.what}: those of clients that went during the ${window} are free`, async (t) => {
          const opened = await open(t, way, one);
          await letLeave(opened, one, window);
          await fill(opened, one);
          await opened.untilIdle();
        });
  });
