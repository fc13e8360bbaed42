/** Who sends a large body slowly keeps nobody else waiting. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { after, test, type TestContext } from 'node:test';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';
import { calendarOf } from '../support/calendar-task.ts';

const { person, service } = await startTestService({ after }, todoService);

type Upload = { path: string; type: string; body: string };
const calendar = calendarOf('BEGIN:VTODO\r\nUID:a\r\nSUMMARY:task\r\nEND:VTODO');
const uploads: Upload[] = [
  { path: '/api/v1/imports', type: 'text/csv', body: 'TYPE,CONTENT\ntask,first\n' },
  { path: '/api/v1/calendar-import', type: 'text/calendar', body: calendar },
  {
    path: '/api/v1/tasks/bulk',
    type: 'application/json',
    body: JSON.stringify({
      operations: Array.from({ length: 10 }, () => ({
        op: 'create',
        title: 'a',
        description: 'x'.repeat(19_000),
      })),
    }),
  },
];

/** Sends a body but for its last byte, once its head is accepted. */
async function sendAlmost(
  t: TestContext,
  { token }: TestPerson,
  { path, type, body }: Upload,
): Promise<ClientRequest> {
  const client = request(`${service.url}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      expect: '100-continue',
    },
  });
  t.after(() => client.destroy());
  client.on('error', () => undefined);
  client.flushHeaders();
  await once(client, 'continue');
  client.write(body.slice(0, -1));
  return client;
}

for (const upload of uploads) {
  const { path, type, body } = upload;
  const send = (owner: TestPerson) => owner.call('POST', path, body, { 'content-type': type });

  test(`slow senders to ${path} take no turn of others, nor of their own`, async (t) => {
    const slow = await Promise.all(Array.from({ length: 20 }, person));
    await Promise.all(slow.map((one) => sendAlmost(t, one, upload)));
    const [bob, ada] = [await person(), slow[0]];
    assert.ok(ada);
    assert.equal((await send(bob)).status, 200);
    assert.equal((await send(ada)).status, 200);
  });
}

test('a person has at most 24 MiB of large bodies under way', async (t) => {
  const ada = await person();
  const begin = () => {
    const client = request(`${service.url}/api/v1/imports`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${ada.token}`,
        'content-type': 'text/csv',
        'content-length': 13 * 1024 * 1024,
      },
    });
    t.after(() => client.destroy());
    client.on('error', () => undefined);
    client.write('TYPE,CONTENT\n');
    return client;
  };
  begin();
  const [response] = (await once(begin(), 'response')) as [IncomingMessage];
  const { code } = (await json(response)) as { code: string };
  assert.deepEqual([response.statusCode, code, response.headers['retry-after']], [429, 'busy', '1']);
});
