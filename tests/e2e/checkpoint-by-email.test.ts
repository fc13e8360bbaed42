import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { openPool } from '@rondo/postgres/open-pool';
import { eventually } from '@rondo/shared/test/eventually';
import { openOwner } from '../../services/audit-service/test/support/owner.ts';
import { partOf } from '../../services/notification-service/test/support/mail-parts.ts';
import { startMailServer } from '../../services/notification-service/test/support/mail-server.ts';
import { openInstallation } from '../support/installation.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const root = resolve(import.meta.dirname, '../..');

/** Runs `npm run audit:verify`. */
const verify = (...args: string[]) => {
  const program = join(root, 'services/audit-service/src/cli/verify-export.ts');
  const { status, stdout } = spawnSync(process.execPath, [program, ...args], { cwd: root, encoding: 'utf8' });
  return { status, stdout };
};

test(
  'a person finds a rewritten audit with nothing but the text of a digest e-mail',
  { timeout: 200_000 },
  async (t) => {
    const mail = await startMailServer(t);
    const installation = await openInstallation(t, {
      RONDO_SMTP_URL: mail.url,
      RONDO_SMTP_FROM: 'Rondo <rondo@rondo.example>',
    });
    const ada = await installation.person('ada');
    const lastMail = (pattern: RegExp) =>
      eventually(
        () => mail.mails.map(({ raw }) => partOf(raw, 'text/plain')).findLast((text) => pattern.test(text)),
        { timeout_ms: 30_000, what: `an e-mail with ${String(pattern)}` },
      );

    const today = new Date().toISOString().slice(0, 10);
    const made = await ada.call('POST', '/api/v1/tasks', { title: 'Taxes', due_date: today });
    const { workspace_id: workspaceId } = made.body as { workspace_id: string };
    assert.equal(
      (await ada.call('POST', '/api/v1/channels', { kind: 'email', address: 'ada@rondo.example' })).status,
      201,
    );
    const [, link = ''] = /(\/confirm\/\S+)/.exec(await lastMail(/\/confirm\//)) ?? [];
    assert.equal((await fetch(`${installation.url()}${link}`, { method: 'POST' })).status, 200);
    const settings = { time_zone: 'UTC', quiet_hours: null, digest_at: '00:00' };
    assert.equal((await ada.call('PUT', '/api/v1/notification-settings', settings)).status, 200);
    await eventually(async () => {
      const rows = await installation.query(
        'SELECT 1 FROM notification_service.agenda WHERE workspace_id = $1',
        [workspaceId],
      );
      return rows.length === 1 && (await ada.verification()).records === 1;
    });

    const exported = async () => {
      const answer = await fetch(`${installation.url()}/api/v1/audit/export`, {
        headers: { authorization: `Bearer ${ada.token}` },
      });
      return answer.text();
    };
    // An export makes a checkpoint, which otherwise comes within a minute.
    await exported();
    await eventually(
      async () =>
        (await installation.query('SELECT 1 FROM notification_service.audit_checkpoints')).length === 1,
      { timeout_ms: 30_000, what: 'the checkpoint to reach Notification' },
    );
    await installation.query('UPDATE notification_service.settings SET next_digest_at = now()');
    const digest = await lastMail(/Audit checkpoint:/);

    const directory = await temporaryDirectory(t);
    const [kept, file] = [join(directory, 'kept.txt'), join(directory, 'rondo-audit.ndjson')];
    await writeFile(kept, digest);
    await ada.call('POST', '/api/v1/tasks', { title: 'later' });
    await eventually(async () => (await ada.verification()).records === 2);
    await writeFile(file, await exported());
    const before = verify(file, '--checkpoint', kept);
    assert.deepEqual(
      [before.status, /kept checkpoints match: 1/.test(before.stdout)],
      [0, true],
      before.stdout,
    );

    // The owner of the database rewrites the chain, and removes all that Audit has against it.
    const pool = openPool(installation.postgres.url, 'owner', 1);
    const { rewrite, tamper } = openOwner(pool);
    await rewrite(workspaceId, { change: (event) => event.replaceAll('Taxes', 'Texas') });
    await tamper(`DELETE FROM audit_service.checkpoints WHERE workspace_id = '${workspaceId}'`);
    await pool.end();
    await writeFile(file, await exported());
    assert.equal(verify(file).status, 0, 'the rewritten chain is consistent in itself');
    const after = verify(file, '--checkpoint', kept);
    assert.deepEqual(
      [after.status, /record 1 is not the one that was signed/.test(after.stdout)],
      [1, true],
      after.stdout,
    );
  },
);
