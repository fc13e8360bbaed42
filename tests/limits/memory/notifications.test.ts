/** The messages to many people at the same time stay within the memory of the pod of notification-service. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { v7 } from 'uuid';
import { query } from '@rondo/postgres/test/query';
import { findService } from '@rondo/shared/service-registry';
import { eventually } from '@rondo/shared/test/eventually';
import { startServicePod, type ServicePod } from '../../support/pod.ts';

const mebibyte = 1024 * 1024;
const title = '漢'.repeat(255);

const startPod = (t: TestContext) =>
  startServicePod(t, findService('notification-service'), {
    ALLOW_PRIVATE_ADDRESSES: 'true',
    PUBLIC_URL: 'https://rondo.example',
  });

/** A receiver that never answers, and counts the messages that it was sent. */
async function startSlowReceiver(t: TestContext): Promise<{ url: string; count: () => number }> {
  let count = 0;
  const server = createServer((request) => {
    request.resume().on('end', () => (count += 1));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, count: () => count };
}

async function addWebhook({ url, issuer }: ServicePod, personId: string, receiver: string): Promise<string> {
  const answer = await fetch(`${url}/api/v1/channels`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await issuer.tokenFor({ sub: personId })}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ kind: 'webhook', url: receiver }),
  });
  const body = (await answer.json()) as { id: string };
  assert.equal(answer.status, 201, JSON.stringify(body));
  return body.id;
}

test('the end of quiet hours of many people, each with many notifications and a slow receiver', async (t) => {
  const pod = await startPod(t);
  if (!pod) return;
  const people = 60;
  const receiver = await startSlowReceiver(t);
  for (let n = 0; n < people; n += 1) {
    const workspaceId = v7();
    const channelId = await addWebhook(pod, workspaceId, receiver.url);
    await query(
      pod.database.url,
      `WITH added AS (
         INSERT INTO notification_service.notifications (id, workspace_id, kind, task_id, title, body, remind_at, lateness_ms,
                                                         is_late, created_at, appeared_at)
         SELECT gen_random_uuid(), $1, 'reminder', gen_random_uuid(), $3, $3, now(), 0, false, now(), now()
         FROM generate_series(1, 2500) RETURNING *
       )
       INSERT INTO notification_service.deliveries (id, workspace_id, notification_id, channel_id, channel_kind, title, status,
                                                    created_at, scheduled_at, next_attempt_at, is_held, merge_key)
       SELECT gen_random_uuid(), $1, id, $2, 'webhook', title, 'waiting', now(), now(), now() + interval '1 hour', true, task_id
       FROM added`,
      [workspaceId, channelId, title],
    );
  }
  await query(pod.database.url, 'UPDATE notification_service.deliveries SET next_attempt_at = now()', []);
  await Promise.race([
    eventually(() => receiver.count() >= people, {
      timeout_ms: 120_000,
      every_ms: 100,
      what: 'a message for each person',
    }),
    pod.ended.then((how) => assert.fail(how)),
  ]);
  t.diagnostic(`at most ${(pod.peak() / mebibyte).toFixed(0)} MiB`);
});

test('a digest of 100,000 tasks, and the digests of 2,000 other people', async (t) => {
  const pod = await startPod(t);
  if (!pod) return;
  const receiver = await startSlowReceiver(t);
  const ada = v7();
  await addWebhook(pod, ada, receiver.url);
  const fillAgenda = (workspaceId: string, count: number) =>
    query(
      pod.database.url,
      `INSERT INTO notification_service.agenda (workspace_id, task_id, version, title, due_date, due_day, changed_at)
       SELECT $1, gen_random_uuid(), 1, $2, '2026-03-01', '2026-03-01', now() FROM generate_series(1, $3)`,
      [workspaceId, title, count],
    );
  await fillAgenda(ada, 100_000);
  const others = Array.from({ length: 2_000 }, () => v7());
  for (const other of others) await fillAgenda(other, 5);
  await query(
    pod.database.url,
    `INSERT INTO notification_service.settings (workspace_id, time_zone, digest_at, next_digest_at)
     SELECT id, 'Europe/Vienna', '08:00', now() FROM unnest($1::uuid[]) AS id`,
    [[ada, ...others]],
  );
  const added = () =>
    query(pod.database.url, 'SELECT count(*)::int AS digests FROM notification_service.notifications', []);
  await Promise.race([
    eventually(async () => ((await added()) as { digests: number }[])[0]?.digests === others.length + 1, {
      timeout_ms: 120_000,
      every_ms: 500,
      what: 'all digests to be in the inbox',
    }),
    pod.ended.then((how) => assert.fail(how)),
  ]);
  t.diagnostic(`at most ${(pod.peak() / mebibyte).toFixed(0)} MiB`);
});
