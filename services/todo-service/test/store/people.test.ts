import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import type { PersonSettingsEvent } from '@rondo/shared/contracts/person-settings';
import { openDatabase } from '@rondo/shared/database/database';
import { query } from '@rondo/postgres/test/query';
import { startTestService } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';
import { keepPeople, PersonZones } from '../../src/store/people.ts';
import type { Tables } from '../../src/store/tables.ts';
import { settle } from '../../src/store/unsettled-people.ts';

const { database_url: url } = await startTestService({ after }, todoService);

/** The clock of the database, for connections that begin from now on: as far ahead as a row says. */
await query(
  url,
  `CREATE SCHEMA shifted;
   CREATE TABLE shifted.clock AS SELECT interval '0' AS ahead;
   CREATE FUNCTION shifted.clock_timestamp() RETURNS timestamptz LANGUAGE sql
     AS 'SELECT pg_catalog.clock_timestamp() + (SELECT ahead FROM shifted.clock)';
   DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = shifted, pg_catalog', current_database()); END $$`,
);
const setClock = (ahead: string) => query(url, 'UPDATE shifted.clock SET ahead = $1', [ahead]);
const database = openDatabase<Tables>(url, 'people test', 2);
after(() => database.destroy());

/** Keeps settings, and then others: the default of a new row is not of the shifted clock. */
async function keep(id: string, zone: string): Promise<void> {
  for (const [hour, time_zone] of ['UTC', zone].entries()) {
    const settings = { workspace_id: id, time_zone, updated_at: `2026-11-20T0${hour}:00:00.000Z` };
    await database.transaction().execute((trx) => keepPeople([settings as PersonSettingsEvent], trx));
  }
}

test('a replica goes on to learn zones after the clock of the database was ahead', async () => {
  const [ada, bob, eve] = [v7(), v7(), v7()];
  await setClock('300 days');
  await keep(ada, 'Asia/Tokyo');
  const running = new PersonZones(database);
  await running.load();
  await setClock('0');
  await keep(bob, 'Asia/Kathmandu');
  const started = new PersonZones(database);
  await started.load();
  await keep(eve, 'Europe/Berlin');
  for (const zones of [running, started]) {
    await zones.refresh();
    assert.deepEqual(
      [ada, bob, eve].map((id) => zones.of(id)),
      ['Asia/Tokyo', 'Asia/Kathmandu', 'Europe/Berlin'],
    );
  }
});

test('what was received while the clock was ahead is read again each time, and nothing else', async () => {
  const [ada, bob] = [v7(), v7()];
  await setClock('-1 day');
  await keep(bob, 'Asia/Kathmandu');
  await setClock('300 days');
  await keep(ada, 'Asia/Tokyo');
  await setClock('0');
  const zones = new PersonZones(database);
  await zones.load();
  // Without a new time, so that only a replica that reads everything would see it.
  await query(url, `UPDATE todo_service.people SET time_zone = 'UTC' WHERE workspace_id = ANY ($1)`, [
    [ada, bob],
  ]);
  await zones.refresh();
  assert.deepEqual([zones.of(ada), zones.of(bob)], ['UTC', 'Asia/Kathmandu']);
});

test('a zone that was received while the clock was ahead is settled after a minute like any other', async () => {
  const ada = v7();
  const person = { workspace_id: ada, time_zone: 'Asia/Tokyo' };
  const settled = async () => {
    await settle(database, person);
    const [row] = await query(url, 'SELECT settled_zone FROM todo_service.people WHERE workspace_id = $1', [
      ada,
    ]);
    return (row as { settled_zone: string | null }).settled_zone;
  };
  await setClock('300 days');
  await keep(ada, 'Asia/Tokyo');
  await setClock('0');
  assert.equal(await settled(), null);
  await setClock('59 seconds');
  assert.equal(await settled(), null);
  await setClock('2 minutes');
  assert.equal(await settled(), 'Asia/Tokyo');
});
