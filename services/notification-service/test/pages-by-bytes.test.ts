import assert from 'node:assert/strict';
import { test } from 'node:test';
import { query } from '@rondo/postgres/test/query';
import type { DeliveryPage, NotificationPage } from '@rondo/shared/contracts/notification';
import { startNotifications } from './support/notifications.ts';

const mebibyte = 1024 * 1024;
/** What a page has around its rows. */
const envelope = 500;

test('a page of the inbox and of deliveries ends at 1 MiB, and the next one continues after it', async (t) => {
  const { person, database_url: databaseUrl } = await startNotifications(t);
  const ada = await person();
  // As JSON, each control character takes six bytes.
  await query(
    databaseUrl,
    `INSERT INTO notification_service.notifications (id, workspace_id, kind, title, body, remind_at, lateness_ms, is_late,
                                                     created_at, appeared_at)
     SELECT gen_random_uuid(), $1, 'reminder', repeat(chr(1), 5000), repeat('x', 20000), now(), 0, false, at, at
     FROM generate_series(1, 50) AS n CROSS JOIN LATERAL (SELECT now() - n * interval '1 minute' AS at) moment`,
    [ada.id],
  );
  for (const [path, rowsOf] of [
    ['/api/v1/notifications', (page: NotificationPage & DeliveryPage) => page.notifications],
    ['/api/v1/deliveries', (page: NotificationPage & DeliveryPage) => page.deliveries],
  ] as const) {
    const ids: string[] = [];
    let pages = 0;
    for (let cursor: string | null = ''; cursor !== null;) {
      const after: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { status, body } = await ada.call<NotificationPage & DeliveryPage>(
        'GET',
        `${path}?limit=100${after}`,
      );
      assert.equal(status, 200);
      assert.ok(Buffer.byteLength(JSON.stringify(body)) <= mebibyte + envelope, path);
      assert.equal(body.total, 50);
      ids.push(...rowsOf(body).map(({ id }) => id));
      cursor = body.next_cursor;
      pages += 1;
    }
    assert.ok(pages > 1, path);
    assert.deepEqual([ids.length, new Set(ids).size], [50, 50], path);
  }
});
