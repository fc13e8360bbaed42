import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openDatabase } from '@rondo/shared/database/database';
import { startTestService } from '@rondo/shared/test/service';
import { writeReport } from '../../src/caldav/queries/write-members.ts';
import { readReport } from '../../src/caldav/requests.ts';
import type { Tables } from '../../src/store/tables.ts';
import { service as todoService } from '../../src/service.ts';
import { collection, davClient, multiget, query } from '../support/dav-client.ts';

const { person, service, database_url } = await startTestService({ after }, todoService);
const database = openDatabase<Tables>(database_url, 'tests', 1);
after(() => database.destroy());

const data = '<D:getetag/><C:calendar-data/>';
const everything = `<D:sync-collection xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:sync-token/><D:sync-level>1</D:sync-level><D:prop>${data}</D:prop></D:sync-collection>`;

for (const [name, body] of [
  ['multiget', multiget(`${collection}a.ics`)],
  ['query', query('', data)],
  ['first sync', everything],
] as const)
  test(`a report begins its answer before it writes a task: ${name}`, async () => {
    const ada = await person();
    const dav = await davClient(service.url, ada);
    await dav.put('a.ics', ['UID:a', 'SUMMARY:a']);
    const reading = { database, workspaceId: ada.id, day: 20_000, year: 2027, zone: 'UTC' };
    const pieces = writeReport(reading, readReport(body));
    assert.deepEqual(await pieces.next(), { done: false, value: '' });
    assert.match((await pieces.next()).value as string, /SUMMARY:a/);
    await pieces.return(undefined);
  });
