import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';

const { person, service } = await startTestService({ after }, todoService);

const mebibyte = 1024 * 1024;
const head = Buffer.from('BEGIN:VCALENDAR\r\nVERSION:2.0\r\n');
const tail = Buffer.from('END:VCALENDAR\r\n');
const entry = (n: number) =>
  Buffer.from(`BEGIN:VTODO\r\nUID:${n}\r\nSUMMARY:t${n}\r\nATTACH:${'x'.repeat(60_000)}\r\nEND:VTODO\r\n`);

function* calendar(entries: number): Generator<Buffer> {
  yield head;
  for (let n = 0; n < entries; n += 1) yield entry(n);
  yield tail;
}

/** Sends a body whose length is not announced, and goes on sending after an answer began. */
async function upload(owner: TestPerson, chunks: Iterable<Buffer>) {
  const client = request(`${service.url}/api/v1/calendar-import`, {
    method: 'POST',
    headers: { authorization: `Bearer ${owner.token}`, 'content-type': 'text/calendar' },
  });
  client.setMaxListeners(0);
  let isAnswered = false;
  const answer = once(client, 'response').then(async ([response]) => {
    const body = await text(response);
    isAnswered = true;
    return { status: response.statusCode as number, body: JSON.parse(body) as Record<string, unknown> };
  });
  // After the answer, the end of the connection is no fault.
  client.on('error', () => undefined);
  for (const chunk of chunks) {
    if (isAnswered || client.destroyed) break;
    if (!client.write(chunk)) await Promise.race([once(client, 'drain'), once(client, 'close'), answer]);
  }
  client.end();
  return answer;
}

test('X8, case 46: a file of 20 MiB is imported', async () => {
  const ada = await person();
  const count = Math.floor((20 * mebibyte - 100) / entry(100).length);
  const { status, body } = await upload(ada, calendar(count));
  assert.deepEqual([status, body['imported']], [200, count]);
});

test('X8: a larger file is 413, and a client that still writes reads it', async () => {
  const ada = await person();
  const { status, body } = await upload(ada, calendar(600));
  assert.deepEqual([status, body['code']], [413, 'too-large']);
  const { tasks } = (await ada.call<{ tasks: unknown[] }>('GET', '/api/v1/tasks')).body;
  assert.deepEqual(tasks, []);
});

test('a file that is refused at its first line is 422, and a client that still writes reads it', async () => {
  const ada = await person();
  const vcards = Array.from({ length: 200 }, () => Buffer.from(`BEGIN:VCARD\r\n${'x'.repeat(60_000)}\r\n`));
  const { status, body } = await upload(ada, vcards);
  assert.deepEqual([status, body['code']], [422, 'invalid-input']);
});

test('a file whose end does not arrive imports nothing, and the service goes on', async () => {
  const ada = await person();
  const client = request(`${service.url}/api/v1/calendar-import`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ada.token}`, 'content-type': 'text/calendar' },
  });
  client.on('error', () => undefined);
  client.write(head);
  client.write(entry(1));
  await new Promise((resolve) => client.once('close', resolve).destroy());
  const { status, body } = await ada.call<{ tasks: unknown[] }>('GET', '/api/v1/tasks');
  assert.deepEqual([status, body.tasks], [200, []]);
});
