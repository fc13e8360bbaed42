/** Changes that the owner of the database makes so that the chain is consistent in itself. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openPool } from '@rondo/postgres/open-pool';
import type { AuditCheckpointPage, AuditKeys } from '@rondo/shared/contracts/audit-checkpoint';
import type { TestPerson } from '@rondo/shared/test/service';
import { createSignatureCheck, openCheckpointKeys } from '../src/domain/checkpoint-keys.ts';
import { readCheckpoints } from '../src/domain/kept-checkpoints.ts';
import { verifyExport } from '../src/domain/verify-export.ts';
import { events, linesOf, startAudit } from './support/audit.ts';
import { openOwner } from './support/owner.ts';

const audit = await startAudit({ after });
const { person, send, verify, exported } = audit;
const pool = openPool(audit.database_url, 'audit test', 2);
after(() => pool.end());
const { tamper, rewrite } = openOwner(pool);

const keys = (await (await fetch(`${audit.service.url}/api/v1/audit/keys`)).json()) as AuditKeys;
const isSigned = createSignatureCheck(keys);

/** A person with 12 records and a checkpoint of all of them, which they keep. */
async function keeper() {
  const who = await person();
  await send(...events(who, 12));
  const kept = await readCheckpoints(linesOf(await exported(who)));
  assert.equal(kept.length, 1);
  return { who, kept };
}

const removeTail = (id: string) => [
  `DELETE FROM audit_service.audit_records WHERE workspace_id = '${id}' AND position > 8`,
  `UPDATE audit_service.chains SET position = 8, hash = record.hash FROM audit_service.audit_records AS record
   WHERE chains.workspace_id = '${id}' AND record.workspace_id = '${id}' AND record.position = 8`,
];
const removeFrom = (id: string, ...tables: string[]) =>
  tables.map((table) => `DELETE FROM audit_service.${table} WHERE workspace_id = '${id}'`);

const changes: [string, (who: TestPerson) => Promise<void>, RegExp | undefined][] = [
  ['the end is removed, and the head moved back', ({ id }) => tamper(...removeTail(id)), /newest checkpoint/],
  [
    'the end and its checkpoint are removed, and the head moved back',
    ({ id }) => tamper(...removeTail(id), ...removeFrom(id, 'checkpoints')),
    /Todo published up to seq 12/,
  ],
  [
    'the end is removed with all that is kept beside the chain',
    ({ id }) => tamper(...removeTail(id), ...removeFrom(id, 'checkpoints', 'published_seqs')),
    undefined,
  ],
  [
    'every record is rewritten',
    ({ id }) => rewrite(id, { change: (event) => event.replaceAll('title', 'tittle') }),
    /not the one that was signed/,
  ],
  [
    'every record is rewritten, and the checkpoints are removed',
    async ({ id }) => {
      await rewrite(id, { change: (event) => event.replaceAll('title', 'tittle') });
      await tamper(...removeFrom(id, 'checkpoints'));
    },
    undefined,
  ],
  [
    'the chain is removed',
    ({ id }) => tamper(...removeFrom(id, 'audit_records', 'chains')),
    /newest checkpoint/,
  ],
  [
    'the chain and its checkpoints are removed',
    ({ id }) => tamper(...removeFrom(id, 'audit_records', 'chains', 'checkpoints')),
    /Todo published up to seq 12/,
  ],
  [
    'everything of a workspace is removed',
    ({ id }) => tamper(...removeFrom(id, 'audit_records', 'chains', 'checkpoints', 'published_seqs')),
    undefined,
  ],
  [
    'the chain of another person is put in its place',
    async ({ id }) => {
      const { who: other } = await keeper();
      const all = ['audit_records', 'chains', 'checkpoints', 'published_seqs'];
      await tamper(
        ...removeFrom(id, ...all),
        ...all.map(
          (table) =>
            `UPDATE audit_service.${table} SET workspace_id = '${id}' WHERE workspace_id = '${other.id}'`,
        ),
      );
    },
    /its workspace_id is not that of its event/,
  ],
];

for (const [change, make, reason] of changes)
  test(`${change}: found by ${reason ? 'verification and ' : ''}a person who kept a checkpoint`, async () => {
    const { who, kept } = await keeper();
    await make(who);
    const found = await verify(who);
    assert.equal(found.intact, reason === undefined);
    if (reason) assert.match(found.first_broken?.reason ?? '', reason);
    const proof = await verifyExport(linesOf(await exported(who)), { isSigned, kept });
    assert.equal(proof.isIntact, false, proof.message);
  });

for (const [change, make] of changes)
  test(`${change}: found by a verification that follows one before the change`, async () => {
    const { who } = await keeper();
    assert.equal((await verify(who)).intact, true);
    await make(who);
    for (const query of ['', '?from=start']) assert.equal((await verify(who, query)).intact, false, query);
  });

test('a checkpoint with a foreign signature is found, online and offline', async () => {
  const { who } = await keeper();
  const forger = openCheckpointKeys(Buffer.alloc(32, 7).toString('base64'));
  const page = (await who.call<AuditCheckpointPage>('GET', '/api/v1/audit/checkpoints')).body;
  const [newest] = page.checkpoints;
  assert.ok(newest);
  const { signature: _signature, key_id: keyId, ...unsigned } = newest;
  const forged = forger.sign(unsigned);
  assert.equal(isSigned(newest), true);
  for (const wrong of [
    forged,
    { ...forged, key_id: keyId },
    { ...newest, seq: 11 },
    { ...newest, position: 11 },
  ])
    assert.equal(isSigned(wrong), false);
  await tamper(
    `UPDATE audit_service.checkpoints SET signature = decode('${Buffer.from(forged.signature, 'base64url').toString('hex')}', 'hex')
     WHERE workspace_id = '${who.id}'`,
  );
  assert.match((await verify(who, '?from=start')).first_broken?.reason ?? '', /no valid signature/);
  const lines = await exported(who);
  assert.match((await verifyExport(linesOf(lines), { isSigned })).message, /no valid signature/);
  assert.match(
    (await verifyExport(linesOf(lines), { isSigned, kept: [forged] })).message,
    /no valid signature/,
  );
});

test('a verification goes on from the checkpoint that was proven before, and can start again', async () => {
  const { who } = await keeper();
  assert.equal((await verify(who)).verified_from, 0, 'nothing was proven before');
  const [next] = events(who, 13).slice(12);
  assert.ok(next);
  await send(next);
  const again = await verify(who);
  assert.deepEqual([again.intact, again.verified_from, again.records, again.complete_to], [true, 12, 13, 13]);
  await tamper(
    `UPDATE audit_service.audit_records SET event = replace(event, 'title 3', 'title 4')
     WHERE workspace_id = '${who.id}' AND position = 3`,
  );
  const whole = await verify(who, '?from=start');
  assert.deepEqual([whole.verified_from, whole.first_broken?.position], [0, 3]);
  assert.equal((await who.call('GET', '/api/v1/audit/verify?from=end')).status, 422);
});

test('gaps in seq are still reported by a verification that goes on from a checkpoint', async () => {
  const who = await person();
  const all = events(who, 6);
  await send(...all.filter(({ seq }) => seq !== 2));
  await exported(who);
  await verify(who);
  const { verified_from: from, complete_to: completeTo, missing } = await verify(who);
  assert.deepEqual([from, completeTo, missing], [5, 1, [{ from: 2, to: 2 }]]);
  await send(...all);
  assert.deepEqual([(await verify(who)).complete_to, (await verify(who)).missing], [6, []]);
});
