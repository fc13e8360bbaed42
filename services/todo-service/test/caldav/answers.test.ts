import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';
import { collection, davClient, multiget, query, responsesIn } from '../support/dav-client.ts';

const count = 60;
const withData = '<D:getetag/><C:calendar-data/>';
const sync =
  '<D:sync-collection xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:sync-token/><D:sync-level>1</D:sync-level><D:prop><D:getetag/><C:calendar-data/></D:prop></D:sync-collection>';

/** Creates tasks with large texts. */
async function fill(ada: TestPerson): Promise<string[]> {
  const operations = Array.from({ length: count }, (_, n) => ({
    op: 'create',
    title: `large ${n}`,
    description: '漢'.repeat(20_000),
  }));
  const { body } = await ada.call<{ tasks: { id: string }[] }>('POST', '/api/v1/tasks/bulk', { operations });
  return body.tasks.map(({ id }) => id);
}

test('a report of many large objects has each of them once', async (t) => {
  const { service, person } = await startTestService(t, todoService);
  const ada = await person();
  const dav = await davClient(service.url, ada);
  const ids = await fill(ada);
  const references = ids.map((id) => `${collection}${id}.ics`);
  for (const report of [query('', withData), sync, multiget(...references)]) {
    const { text } = await dav.report(report);
    const paths = responsesIn(text).map(({ path }) => path);
    assert.deepEqual(paths.toSorted(), references.toSorted());
    assert.equal(text.match(/BEGIN:VTODO/g)?.length, count);
  }
});

test('a report is charged by the bytes of its answer, and by the tasks that it reads', async (t) => {
  const env = { RATE_LIMIT_PER_SECOND: '0.001', RATE_LIMIT_BURST: '3000' };
  const { service, person } = await startTestService(t, todoService, { env });
  const ada = await person();
  const dav = await davClient(service.url, ada);
  await fill(ada);
  const left = async () =>
    Number((await ada.call('GET', '/api/v1/tasks/none')).headers.get('ratelimit-remaining'));
  let before = await left();
  const costOf = async (answer: Promise<{ status: number; text: string }>) => {
    const { status, text } = await answer;
    assert.equal(status, 207);
    const now = await left();
    // One token is that of the request which tells what is left.
    const cost = before - now - 1;
    before = now;
    return { cost, tokens: Buffer.byteLength(text) / 16_384 };
  };
  for (const answer of [
    () => dav.report(query('', withData)),
    () => dav.propfind(collection, `<D:${'long'.repeat(2_000)}/>`, '1'),
  ]) {
    const { cost, tokens } = await costOf(answer());
    assert.ok(tokens > 20 && cost >= tokens, `${cost} for ${tokens}`);
  }
  const titled = '<C:comp-filter name="VTODO"><C:prop-filter name="SUMMARY">';
  const none = `${titled}<C:text-match>none</C:text-match></C:prop-filter></C:comp-filter>`;
  const { cost, tokens } = await costOf(dav.report(query(none, withData)));
  assert.ok(tokens < 1 && cost === 2, `${cost} for ${tokens}`);
});
