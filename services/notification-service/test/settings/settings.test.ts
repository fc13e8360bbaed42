import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { NotificationSettings } from '@rondo/shared/contracts/notification';
import type { TestPerson } from '@rondo/shared/test/service';
import { putSettings, startNotifications } from '../support/notifications.ts';

const { person } = await startNotifications({ after });

const settingsOf = async (who: TestPerson) =>
  (await who.call<NotificationSettings>('GET', '/api/v1/notification-settings')).body;

test("settings default to the token's zone, are replaced as a whole, and are validated", async () => {
  const ada = await person();
  assert.deepEqual(await settingsOf(ada), { time_zone: 'UTC', quiet_hours: null, digest_at: null });
  const mine = { time_zone: 'Asia/Tokyo', quiet_hours: { from: '22:00', to: '07:00' }, digest_at: '08:15' };
  await putSettings(ada, mine);
  assert.deepEqual(await settingsOf(ada), mine);
  assert.notDeepEqual(await settingsOf(await person()), mine);
  for (const wrong of [
    { time_zone: 'Mars/Olympus' },
    { digest_at: '25:00' },
    { quiet_hours: { from: '22:00', to: '22:00' } },
    { quiet_hours: { from: '22:00' } },
  ]) {
    const { status } = await ada.call('PUT', '/api/v1/notification-settings', { ...mine, ...wrong });
    assert.equal(status, 422, JSON.stringify(wrong));
  }
  assert.deepEqual(await settingsOf(ada), mine);
});

test('a change of settings costs as much as the tasks that it may move', async (t) => {
  const env = { RATE_LIMIT_PER_SECOND: '0.01', RATE_LIMIT_BURST: '500' };
  const ada = await (await startNotifications(t, { env })).person();
  const settings = { time_zone: 'Asia/Tokyo', quiet_hours: null, digest_at: null };
  const { headers } = await ada.call('PUT', '/api/v1/notification-settings', settings);
  assert.equal(headers.get('ratelimit-remaining'), '480');
});
