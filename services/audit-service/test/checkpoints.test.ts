import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { AuditCheckpointPage, AuditKeys } from '@rondo/shared/contracts/audit-checkpoint';
import { query } from '@rondo/postgres/test/query';
import { auditSecret, topics } from '@rondo/shared/contracts/topics';
import { eventually } from '@rondo/shared/test/eventually';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { temporaryDirectory } from '../../../tests/support/temporary-directory.ts';
import { openCheckpointKeys } from '../src/domain/checkpoint-keys.ts';
import { service } from '../src/service.ts';
import { events, startAudit } from './support/audit.ts';

const checkpointsOf = async (who: TestPerson, query = '') =>
  (await who.call<AuditCheckpointPage>('GET', `/api/v1/audit/checkpoints${query}`)).body;
const positionsOf = async (who: TestPerson) =>
  (await checkpointsOf(who)).checkpoints.map(({ position }) => position);

test('a chain that grew gets a checkpoint in the next round, and none while it does not grow', async (t) => {
  const { person, send } = await startAudit(t, { env: { CHECKPOINT_SECONDS: '0.05' } });
  const [ada, eve] = [await person(), await person()];
  await send(...events(ada, 3));
  const [first] = await eventually(async () => {
    const { checkpoints } = await checkpointsOf(ada);
    return checkpoints.length > 0 && checkpoints;
  });
  assert.deepEqual([first?.workspace_id, first?.position, first?.seq], [ada.id, 3, 3]);
  await send(...events(eve, 1));
  await eventually(async () => (await positionsOf(eve)).length === 1);
  assert.deepEqual(await positionsOf(ada), [3]);
});

test('a chain with many new records gets a checkpoint at once', async (t) => {
  const env = { CHECKPOINT_SECONDS: '3600', CHECKPOINT_RECORDS: '5' };
  const { person, send } = await startAudit(t, { env });
  const [ada, eve] = [await person(), await person()];
  await send(...events(eve, 4));
  await send(...events(ada, 5));
  await eventually(async () => (await positionsOf(ada)).length === 1);
  assert.deepEqual(await positionsOf(eve), []);
});

test('a chain that an ended process left without a checkpoint gets one at the next start', async (t) => {
  const {
    person,
    send,
    service: first,
    startReplica,
    database_url: url,
  } = await startAudit(t, {
    env: { CHECKPOINT_SECONDS: '3600' },
  });
  const ada = await person();
  await send(...events(ada, 2));
  // Its first round may still have been under way.
  await query(url, 'SET session_replication_role = replica; DELETE FROM audit_service.checkpoints');
  await startReplica();
  await eventually(async () => (await positionsOf(ada)).length === 1);
  await first.stop();
});

test('checkpoints are listed in pages, only of the own workspace, and their keys are public', async (t) => {
  const { person, send, exported, service: running } = await startAudit(t);
  const [ada, eve] = [await person(), await person()];
  const all = events(ada, 5);
  for (const one of all) {
    await send(one);
    await exported(ada);
  }
  const first = await checkpointsOf(ada, '?limit=3');
  assert.deepEqual(
    first.checkpoints.map(({ position }) => position),
    [5, 4, 3],
  );
  const second = await checkpointsOf(ada, `?limit=3&cursor=${first.next_cursor}`);
  assert.deepEqual([second.checkpoints.map(({ position }) => position), second.next_cursor], [[2, 1], null]);
  assert.deepEqual((await checkpointsOf(eve)).checkpoints, []);
  const answer = await fetch(`${running.url}/api/v1/audit/keys`);
  const { keys } = (await answer.json()) as AuditKeys;
  assert.equal(keys.length, 1);
  assert.equal(first.checkpoints[0]?.key_id, keys[0]?.kid);
  assert.ok(!('d' in (keys[0] ?? {})), 'no private key');
});

test('each checkpoint is published once, by its workspace, as it is kept', async (t) => {
  const audit = await startAudit(t, { env: { CHECKPOINT_SECONDS: '0.05' } });
  const replica = await audit.startReplica();
  const ada = await audit.person();
  for (const [n, event] of events(ada, 3).entries()) {
    await audit.send(event);
    await eventually(async () => (await positionsOf(ada))[0] === n + 1);
  }
  await audit.exported(ada);
  const published = () => audit.sidecar.accepted.filter(({ topic }) => topic === topics.auditCheckpoints);
  await eventually(() => published().length === 3);
  const { checkpoints } = await checkpointsOf(ada);
  assert.deepEqual(
    published().map(({ event }) => event),
    checkpoints.toReversed(),
  );
  for (const { envelope, metadata } of published()) {
    assert.deepEqual(
      [envelope['type'], envelope['source']],
      ['com.todoai.audit.checkpoint-signed', 'audit-service'],
    );
    assert.equal(metadata['partitionKey'], ada.id);
  }
  assert.equal(new Set(published().map(({ entryId }) => entryId)).size, 3);
  await replica.stop();
});

test('a checkpoint is kept only together with its publication', async (t) => {
  const audit = await startAudit(t);
  const ada = await audit.person();
  await query(
    audit.database_url,
    'ALTER TABLE audit_service.outbox ADD CONSTRAINT "full" CHECK (id < 0) NOT VALID',
  );
  await audit.send(...events(ada, 1));
  await audit.exported(ada);
  assert.deepEqual(await positionsOf(ada), []);
  await query(audit.database_url, 'ALTER TABLE audit_service.outbox DROP CONSTRAINT "full"');
  await audit.exported(ada);
  assert.deepEqual(await positionsOf(ada), [1]);
  await eventually(() => audit.sidecar.accepted.length === 1);
});

test('a new key signs, and checkpoints of the key before stay valid', async (t) => {
  const [old, young] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
  const checkpoint = openCheckpointKeys(old).sign({
    workspace_id: '0196c000-0000-7000-8000-000000000001',
    position: 1,
    seq: 1,
    hash: '0'.repeat(64),
    created_at: '2026-12-01T00:00:00.000Z',
  });
  const rotated = openCheckpointKeys(`${young}, ${old}`);
  assert.equal(rotated.isSigned(checkpoint), true);
  assert.equal(openCheckpointKeys(young).isSigned(checkpoint), false);
  assert.equal(rotated.published.keys.length, 2);
  assert.equal(rotated.published.keys[0]?.kid, openCheckpointKeys(young).published.keys[0]?.kid);
  for (const [keys, message] of [
    [{}, /rondo-audit must have an entry checkpoint-keys/],
    [{ 'checkpoint-keys': 'c2hvcnQ=' }, /rondo-audit: each key must be 32 random bytes/],
  ] as const)
    await assert.rejects(startTestService(t, service, { secrets: { [auditSecret]: { ...keys } } }), message);
});

/** Signs test vector 1 of RFC 8032 section 7.1, whose public key is known. */
test('keys are those of RFC 8032', () => {
  const secret = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
  const [key] = openCheckpointKeys(secret.toString('base64')).published.keys;
  assert.equal(
    Buffer.from(key?.x ?? '', 'base64url').toString('hex'),
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
  );
  // The thumbprint of this key is in RFC 8037, appendix A.3.
  assert.equal(key?.kid, 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
});

async function filesOf(t: TestContext, files: Record<string, string>) {
  const directory = await temporaryDirectory(t);
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  return (name: string) => join(directory, name);
}

test('audit:verify checks an export with the public keys and kept checkpoints', async (t) => {
  const { person, send, exported, service: running } = await startAudit(t);
  const ada = await person();
  const all = events(ada, 6);
  await send(...all.slice(0, 4));
  const earlier = await exported(ada);
  await send(...all.slice(4));
  const at = await filesOf(t, {
    'earlier.ndjson': earlier,
    'now.ndjson': await exported(ada),
    'rest.ndjson': await exported(ada, '?after=4'),
    'page.json': JSON.stringify(await checkpointsOf(ada)),
    'keys.json': await (await fetch(`${running.url}/api/v1/audit/keys`)).text(),
  });
  const verify = (...args: string[]) => {
    const script = join(import.meta.dirname, '../src/cli/verify-export.ts');
    const flags = ['--disable-warning=ExperimentalWarning', script];
    const { status, stdout } = spawnSync(process.execPath, [...flags, ...args], { encoding: 'utf8' });
    return { status, stdout };
  };
  const plain = verify(at('now.ndjson'));
  assert.match(plain.stdout, /^intact: 6 records, .*signature not checked/);
  const whole = verify(
    at('now.ndjson'),
    '--keys',
    at('keys.json'),
    '--checkpoint',
    at('earlier.ndjson'),
    '--checkpoint',
    at('page.json'),
  );
  assert.match(whole.stdout, /^intact: 6 records, .*signed on .*kept checkpoints match: 3\n$/);
  const rest = verify(at('rest.ndjson'), '--keys', at('keys.json'), '--checkpoint', at('earlier.ndjson'));
  assert.match(rest.stdout, /^intact: 2 records after position 4, nothing missing up to seq 6/);
  assert.deepEqual([plain.status, whole.status, rest.status], [0, 0, 0]);
  const shorter = verify(at('earlier.ndjson'), '--checkpoint', at('now.ndjson'));
  assert.match(shorter.stdout, /^broken: it ends at record 4, and record 6 was signed on /);
  const useless = verify(at('now.ndjson'), '--checkpoint', at('keys.json'));
  assert.match(useless.stdout, /^broken: .*has no checkpoint/);
  assert.deepEqual([shorter.status, useless.status], [1, 1]);
});
