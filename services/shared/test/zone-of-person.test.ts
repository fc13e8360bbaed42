import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zoneOf, zoneOfPerson } from '../src/zone-of-person.ts';

test('the zone of a person is that of their settings, else of their token, else UTC', () => {
  const [vienna, newYork] = ['Europe/Vienna', 'America/New_York'];
  for (const [settings, token, zone] of [
    [vienna, newYork, vienna],
    [null, newYork, newYork],
    [vienna, null, vienna],
    [null, null, 'UTC'],
  ] as const)
    assert.equal(zoneOf({ timeZone: zoneOfPerson(settings, token) }), zone);
});
