import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { PersonSettingsEvent } from '@rondo/shared/contracts/person-settings';
import { eventually } from '@rondo/shared/test/eventually';
import type { TestPerson } from '@rondo/shared/test/service';
import { createTestClock, putSettings, startNotifications } from '../support/notifications.ts';

const clock = createTestClock('2026-11-21T10:00:00.000Z');
const { person, sidecar } = await startNotifications({ after }, { clock });

const published = (who: TestPerson) =>
  sidecar.accepted.filter(
    ({ topic, event }) => topic === 'person-settings' && event['workspace_id'] === who.id,
  );
const eventsOf = (who: TestPerson) =>
  published(who).map(({ event }) => event as unknown as PersonSettingsEvent);

const inTokyo = { time_zone: 'Asia/Tokyo', quiet_hours: null, digest_at: null };

test('changed settings are published with their zone, each later than the one before, keyed by workspace', async () => {
  const ada = await person();
  await putSettings(ada, inTokyo);
  await putSettings(ada, { ...inTokyo, time_zone: 'Europe/Berlin' });
  clock.pass(-60_000);
  await putSettings(ada, inTokyo);
  await eventually(() => eventsOf(ada).length === 3);
  assert.deepEqual(
    eventsOf(ada).map(({ time_zone: zone, updated_at: at, event_type: type }) => [zone, at, type]),
    [
      ['Asia/Tokyo', '2026-11-21T10:00:00.000Z', 'settings-changed'],
      ['Europe/Berlin', '2026-11-21T10:00:00.001Z', 'settings-changed'],
      ['Asia/Tokyo', '2026-11-21T10:00:00.002Z', 'settings-changed'],
    ],
  );
  assert.equal(new Set(eventsOf(ada).map(({ event_id: id }) => id)).size, 3);
  for (const { metadata, envelope } of published(ada)) {
    assert.equal(metadata['partitionKey'], ada.id);
    assert.equal(envelope['type'], 'com.todoai.settings.changed');
  }
});

test('a refused publication stays in the outbox until the broker takes it', async () => {
  const ada = await person();
  let isDown = true;
  sidecar.onPublish((topic) =>
    isDown && topic === 'person-settings' ? { status: 500, body: '{}' } : 'accept',
  );
  const attempts = sidecar.attempts;
  await putSettings(ada, inTokyo);
  await eventually(() => sidecar.attempts > attempts);
  assert.deepEqual(eventsOf(ada), []);
  isDown = false;
  await eventually(() => eventsOf(ada).length === 1);
});
