import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { pooledAddressProblem } from '../src/direct-address.ts';
import { createDatabase } from './support/test-database.ts';

for (const [address, remedy] of [
  ['postgres://me:secret@ep-cool-name-123456-pooler.eu-central-1.aws.neon.tech/rondo', /without `-pooler`/],
  ['postgres://me:secret@aws-0-eu-central-1.pooler.supabase.com:6543/rondo', /port 5432/],
  ['postgres://me:secret@rondo.postgres.database.azure.com:6432/rondo', /port 5432/],
] as const)
  test(`${new URL(address).host} is refused with what to use instead`, async () => {
    const problem = await pooledAddressProblem(address);
    assert.match(problem ?? '', remedy);
    assert.doesNotMatch(problem ?? '', /secret/);
  });

test('the direct address of a server is accepted', async (t) => {
  assert.equal(await pooledAddressProblem((await createDatabase(t)).url), undefined);
});

test('an address that does not answer is not judged: the error of the connection says more', async () => {
  assert.equal(await pooledAddressProblem('postgres://me@127.0.0.1:1/rondo'), undefined);
});

/** A message of PostgreSQL's protocol (manual, "Message Formats"): a type, a length, a body. */
function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const int16 = (value: number) => Buffer.from([value >> 8, value & 0xff]);
const int32 = (value: number) =>
  Buffer.from([value >> 24, value >> 16, value >> 8, value].map((byte) => byte & 0xff));
const text = (value: string) => Buffer.from(`${value}\0`);
const ready = message('Z', Buffer.from('I'));

/** One row with one column of type int4. */
function rowOf(name: string, value: string): Buffer {
  const column = Buffer.concat([text(name), int32(0), int16(0), int32(23), int16(4), int32(-1), int16(0)]);
  return Buffer.concat([
    message('T', Buffer.concat([int16(1), column])),
    message('D', Buffer.concat([int16(1), int32(value.length), Buffer.from(value)])),
    message('C', text('SELECT 1')),
    ready,
  ]);
}

/** Speaks as much of the protocol as the check needs. Like a pooler, it serves all clients by the process `pid`. */
async function startPooler(t: TestContext, pid: number): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('data', () => {
      socket.write(Buffer.concat([message('R', int32(0)), ready]));
      socket.on('data', (data) => {
        if (data[0] !== 'Q'.charCodeAt(0)) return;
        const isBegin = data.includes('BEGIN');
        socket.write(
          isBegin ? Buffer.concat([message('C', text('BEGIN')), ready]) : rowOf('pid', String(pid)),
        );
      });
    });
    socket.on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `postgres://me@127.0.0.1:${(server.address() as AddressInfo).port}/rondo`;
}

test('an address at which sessions share a server process is refused as a pooler', async (t) => {
  const url = await startPooler(t, 4711);
  assert.match(
    (await pooledAddressProblem(url)) ?? '',
    /leads to a pooler in transaction mode: use the direct/,
  );
});
