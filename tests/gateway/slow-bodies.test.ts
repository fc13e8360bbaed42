/** Bodies that are announced and do not come stop nobody else's requests. */
import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { after, test, type TestContext } from 'node:test';
import { eventually } from '@rondo/shared/test/eventually';
import { startTestService } from '@rondo/shared/test/service';
import { service as todoService } from '@rondo/todo-service/service';
import { startTodoGateway, ways, type Way } from './support/todo-gateway.ts';

const { service, person } = await startTestService({ after }, todoService);

/** Opens a gateway that drops no body for its speed, and clients that have gone when it stops. */
async function open(t: TestContext, way: Way) {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const slow: Socket[] = [];
  t.after(() => {
    t.mock.timers.reset();
    for (const socket of slow) socket.destroy();
  });
  const url = await startTodoGateway({ after: (stop) => t.after(stop) }, service, { way });
  return {
    /** Announces 64 KiB and sends one byte. */
    begin(head: string[], localAddress = '127.0.0.1') {
      const { hostname, port } = new URL(url);
      const socket = connect({ port: Number(port), host: hostname, localAddress });
      socket.on('error', () => undefined).resume();
      slow.push(socket);
      socket.write([...head, 'host: rondo', 'content-length: 65536', '', '<'].join('\r\n'));
    },
    assertServed: () => assertCreated(url, slow),
  };
}

/** Creates tasks until a body had to make room, and then some more. */
async function assertCreated(url: string, slow: Socket[]): Promise<void> {
  const bob = await person();
  const create = async () => {
    const { status } = await fetch(`${url}/api/v1/tasks`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bob.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ title: 'a' }),
    });
    assert.equal(status, 201);
  };
  await eventually(async () => {
    await create();
    return slow.some(({ bytesRead }) => bytesRead > 0);
  });
  for (let n = 0; n < 10; n += 1) await create();
  assert.ok(slow.some(({ bytesRead }) => bytesRead === 0));
}

for (const way of ways)
  test(`64 slow bodies of one person with nine app passwords, at a gateway that reaches Todo ${way}`, async (t) => {
    const { begin, assertServed } = await open(t, way);
    const ada = await person();
    for (let nth = 0; nth < 9; nth += 1) {
      const { body } = await ada.call<{ password: string }>('POST', '/api/v1/app-passwords', {
        name: `${nth}`,
      });
      const authorization = `Basic ${Buffer.from(`x:${body.password}`).toString('base64')}`;
      for (let each = 0; each < 8; each += 1)
        begin([
          'REPORT /dav/calendars/tasks/ HTTP/1.1',
          `authorization: ${authorization}`,
          'content-type: application/xml',
        ]);
    }
    await assertServed();
  });

test('64 slow bodies of strangers from two addresses, at a gateway of its own', async (t) => {
  const { begin, assertServed } = await open(t, 'over HTTP');
  for (const address of ['127.0.0.2', '127.0.0.3'])
    for (let each = 0; each < 32; each += 1)
      begin(['POST /api/v1/tasks HTTP/1.1', 'content-type: application/json'], address);
  await assertServed();
});
