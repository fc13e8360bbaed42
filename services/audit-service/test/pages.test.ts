import assert from 'node:assert/strict';
import { get, type IncomingMessage } from 'node:http';
import { after, test } from 'node:test';
import type { AuditPage } from '@rondo/shared/contracts/audit-record';
import { eventually } from '@rondo/shared/test/eventually';
import type { TestPerson } from '@rondo/shared/test/service';
import { verifyExport } from '../src/domain/verify-export.ts';
import { event, linesOf, startAudit } from './support/audit.ts';

const { person, send, service, exported } = await startAudit({ after });

/** 120 KB of JSON, the most that a description can be. */
const longText = '\u0001'.repeat(20_000);

/** Records events with a long description, in deliveries below the limit of a request. */
async function recordLong(who: TestPerson, count: number): Promise<void> {
  for (let seq = 1; seq <= count; seq += 1) {
    const short = event(who.id, seq);
    await send({ ...short, payload: { ...short.payload, description: longText } });
  }
}

test('a page ends at 1 MiB, has at least one record, and the next one goes on after it', async () => {
  const ada = await person();
  await recordLong(ada, 20);
  const seen: number[] = [];
  let cursor = '';
  do {
    const { body } = await ada.call<AuditPage>('GET', `/api/v1/audit?limit=100${cursor}`);
    assert.ok(JSON.stringify(body).length < 1.3 * 1024 * 1024, 'a page is about 1 MiB');
    assert.ok(body.records.length > 0);
    seen.push(...body.records.map(({ position }) => position));
    cursor = body.next_cursor === null ? '' : `&cursor=${body.next_cursor}`;
  } while (cursor !== '');
  assert.deepEqual(
    seen,
    Array.from({ length: 20 }, (_, n) => 20 - n),
  );
});

test('an export that was cut off resumes after a position', async () => {
  const ada = await person();
  await recordLong(ada, 12);
  const whole = await exported(ada);
  const arrived = whole.split('\n').slice(0, 7);
  const rest = await exported(ada, '?after=7');
  assert.equal([...arrived, rest].join('\n'), whole);
  assert.equal((await verifyExport(linesOf(whole))).isIntact, true);
  assert.match((await verifyExport(linesOf(rest))).message, /^broken: record 8/, 'the beginning is missing');
  assert.equal((await ada.call('GET', '/api/v1/audit/export?after=-1')).status, 422);
});

test('a person runs one export or verification at a time, and other people go on', async () => {
  const [ada, eve] = [await person(), await person()];
  await recordLong(ada, 100);
  // 14 MB, which nobody reads, don't fit into the buffers of a connection. `fetch` reads on into its own.
  const open = await new Promise<IncomingMessage>((resolve, reject) =>
    get(
      `${service.url}/api/v1/audit/export`,
      { headers: { authorization: `Bearer ${ada.token}` } },
      resolve,
    ).once('error', reject),
  );
  assert.equal(open.statusCode, 200);
  for (const path of ['/api/v1/audit/export', '/api/v1/audit/verify']) {
    const { status, headers, body } = await ada.call<{ code: string }>('GET', path);
    assert.deepEqual([status, body.code], [429, 'busy'], path);
    assert.match(headers.get('retry-after') ?? '', /^[1-9]\d*$/);
    assert.equal((await eve.call('GET', path)).status, 200);
  }
  assert.equal((await ada.call('GET', '/api/v1/audit?limit=1')).status, 200);
  open.destroy();
  await eventually(async () => (await ada.call('GET', '/api/v1/audit/verify')).status === 200, {
    what: 'a reader who left frees the slot',
  });
  assert.equal((await ada.call('GET', '/api/v1/audit/export')).status, 200);
});
