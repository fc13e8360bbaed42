import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { openPool } from '@rondo/postgres/open-pool';
import { exampleCheckpoint, type AuditCheckpoint } from '@rondo/shared/contracts/audit-checkpoint';
import { topics } from '@rondo/shared/contracts/topics';
import { eventually } from '@rondo/shared/test/eventually';
import { partOf } from '../support/mail-parts.ts';
import { startMailServer } from '../support/mail-server.ts';
import {
  addWebhook,
  createTestClock,
  inEnvelope,
  putSettings,
  reminder,
  startNotifications,
} from '../support/notifications.ts';
import { startReceiver } from '../support/receiver.ts';
import { taskChange } from '../support/task-change.ts';

const clock = createTestClock('2026-03-27T12:00:00Z');
const mail = await startMailServer({ after });
const {
  person,
  send,
  deliver,
  database_url: url,
} = await startNotifications(
  { after },
  { clock, secret: { 'smtp-url': mail.url, 'smtp-from': 'Rondo <rondo@rondo.example>' } },
);
const pool = openPool(url, 'notification test', 1);
after(() => pool.end());

const checkpointAt = (workspaceId: string, position: number): AuditCheckpoint => ({
  ...exampleCheckpoint,
  workspace_id: workspaceId,
  position,
  seq: position,
});
let events = 0;
/** Delivers checkpoints as Audit publishes them: the data has no id of its own. */
const publish = (...checkpoints: AuditCheckpoint[]) =>
  deliver(
    topics.auditCheckpoints,
    checkpoints.map((data) => inEnvelope(topics.auditCheckpoints, data, `checkpoint ${(events += 1)}`)),
  );
const keptOf = async (workspaceId: string) => {
  const { rows } = await pool.query<{ position: number; checkpoint: string }>(
    'SELECT position, checkpoint FROM notification_service.audit_checkpoints WHERE workspace_id = $1',
    [workspaceId],
  );
  return rows[0];
};

test('the checkpoint with the highest position is kept, in whatever order they come', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 6 }), {
        minLength: 1,
        maxLength: 4,
      }),
      async (deliveries) => {
        const [ada, eve] = [(await person()).id, (await person()).id];
        for (const positions of deliveries) {
          const given = positions.flatMap((position) => [
            checkpointAt(ada, position),
            checkpointAt(eve, 51 - position),
          ]);
          assert.deepEqual(new Set(await publish(...given)), new Set(['SUCCESS']));
        }
        const all = deliveries.flat();
        for (const [id, highest] of [
          [ada, Math.max(...all)],
          [eve, 51 - Math.min(...all)],
        ] as const) {
          const kept = await keptOf(id);
          assert.equal(kept?.position, highest);
          assert.deepEqual(JSON.parse(kept.checkpoint), checkpointAt(id, highest));
        }
      },
    ),
    { numRuns: 20 },
  );
});

test('what is no checkpoint, or has no id, is dropped', async () => {
  const { id } = await person();
  const checkpoint = checkpointAt(id, 1);
  assert.deepEqual(await publish({ ...checkpoint, signature: 'short' }), ['DROP']);
  const { id: _id, ...envelope } = inEnvelope(topics.auditCheckpoints, checkpoint);
  assert.deepEqual(await deliver(topics.auditCheckpoints, [envelope]), ['DROP']);
  assert.equal(await keptOf(id), undefined);
});

test('the digest e-mail, and nothing else, ends with the newest checkpoint of its workspace', async (t) => {
  const [ada, eve] = [await person(), await person()];
  const receiver = await startReceiver(t);
  await addWebhook(ada, receiver.url);
  const mailsTo = (address: string) =>
    mail.mails
      .filter(({ to }) => to.includes(address))
      .map(({ raw }) => partOf(raw, 'text/plain').replaceAll('\r\n', '\n'));
  for (const [who, address] of [
    [ada, 'ada@rondo.example'],
    [eve, 'eve@rondo.example'],
  ] as const) {
    await who.call('POST', '/api/v1/channels', { kind: 'email', address });
    await eventually(() => mailsTo(address).length === 1);
    await pool.query(
      `UPDATE notification_service.channels SET is_enabled = true, disabled_reason = NULL, confirmed_at = now()
       WHERE workspace_id = $1 AND kind = 'email'`,
      [who.id],
    );
    await send('task-events', taskChange(who.id, { title: 'Taxes', due_date: '2026-03-28' }));
    await putSettings(who, { digest_at: '08:00' });
  }
  await publish(checkpointAt(ada.id, 7), checkpointAt(ada.id, 6));
  await send('reminders', reminder(ada.id));
  clock.set('2026-03-28T07:00:00Z');
  const [, ofReminder, digest] = await eventually(
    () => mailsTo('ada@rondo.example').length === 3 && mailsTo('ada@rondo.example'),
  );
  assert.doesNotMatch(ofReminder ?? '', /signature/);
  const [, block = '', footer] = /\n\n(Audit checkpoint:[^]*)\n\n(-- \n[^]*)$/.exec(digest ?? '') ?? [];
  assert.match(
    block,
    /^Audit checkpoint: .* run:\nnpm run audit:verify -- rondo-audit\.ndjson --checkpoint kept\.txt\n\{/,
  );
  assert.deepEqual(JSON.parse(block.slice(block.indexOf('{'))), checkpointAt(ada.id, 7));
  assert.match(footer ?? '', /Unsubscribe/);
  await eventually(() => receiver.received.length === 2);
  assert.ok(receiver.received.every(({ body }) => !body.includes('signature')));
  const [, without] = await eventually(
    () => mailsTo('eve@rondo.example').length === 2 && mailsTo('eve@rondo.example'),
  );
  assert.doesNotMatch(without ?? '', /checkpoint/i, 'no checkpoint of hers has come');
});
