import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { firstSeen, seenOf, setUp, upTo } from '../support/relay.ts';
import type { PublishedEntry } from '../support/scripted-sidecar.ts';

test('a refused event holds back the later ones of its key and no other key; nothing is skipped', async (t) => {
  const { write, unpublished, sidecar, relay } = await setUp(t);
  let isBroken = true;
  sidecar.onPublish((topic) => ({
    refuse: ({ event }) => isBroken && topic === 'right' && event['key'] === 'a' && event['n'] === 1,
  }));
  await write([...upTo(4, 'a'), ...upTo(4, 'b')]);
  const running = relay();
  await eventually(async () => (await unpublished()).length === 3);
  assert.deepEqual(
    await unpublished(),
    [1, 2, 3].map((n) => ({ key: 'a', n })),
  );
  await write([
    { key: 'b', n: 4 },
    { key: 'a', n: 4 },
  ]);
  running.wake();
  await eventually(() => seenOf(sidecar.accepted, 'left', 'b').includes(4));
  isBroken = false;
  await eventually(async () => (await unpublished()).length === 0);
  assert.deepEqual(
    firstSeen(seenOf(sidecar.accepted, 'right', 'a')).toSorted((a, b) => a - b),
    [0, 1, 2, 3, 4],
  );
  const afterMending = seenOf(sidecar.accepted, 'right', 'a').slice(-4);
  assert.deepEqual(afterMending, [1, 2, 3, 4], 'the last word on the topic is in order');
});

for (const [what, outcome] of [
  ['answers 500 with nothing in it', { status: 500, body: '' }],
  ['answers garbage', { status: 500, body: '<html>' }],
  [
    'names an entry that was never sent',
    { status: 500, body: JSON.stringify({ failedEntries: [{ entryId: 'other' }] }) },
  ],
  ['says 500 and that nothing failed', { status: 500, body: JSON.stringify({ failedEntries: [] }) }],
  ['answers 200 instead of 204', { status: 200, body: '' }],
  ['never answers', 'hang'],
] as const) {
  test(`a publisher that ${what} marks nothing; everything is sent once it is well`, async (t) => {
    const { write, unpublished, sidecar, relay } = await setUp(t, {
      timeoutMs: outcome === 'hang' ? 300 : 10_000,
    });
    sidecar.onPublish(() => outcome);
    await write(upTo(3, 'a'));
    const running = relay();
    await eventually(() => sidecar.attempts >= 4);
    assert.equal((await unpublished()).length, 3);
    await eventually(async () => (await running.health()).lag_events === 3);
    sidecar.onPublish(() => 'accept');
    await eventually(async () => (await unpublished()).length === 0);
    assert.deepEqual(seenOf(sidecar.accepted, 'left', 'a'), [0, 1, 2]);
  });
}

test('while the broker is down, a wake does not make it retry faster', async (t) => {
  const { write, sidecar, relay } = await setUp(t);
  sidecar.onPublish(() => ({ status: 500, body: '' }));
  await write(Array.from({ length: 300 }, (_, n) => ({ key: `key ${n}`, n })));
  const running = relay();
  await eventually(() => sidecar.attempts >= 6);
  const before = sidecar.attempts;
  for (let n = 0; n < 50; n += 1) {
    running.wake();
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(sidecar.attempts - before <= 2, `${sidecar.attempts - before} attempts`);
});

test('in a long backlog, events behind a refused one wait for it, in every publication', async (t) => {
  const { write, unpublished, sidecar, relay } = await setUp(t);
  const keys = ['a', 'b', 'c', 'd', 'e'];
  await write(upTo(1_250, 'a'));
  await write(keys.slice(1).flatMap((key) => upTo(30, key)));
  let refusals = 0;
  sidecar.onPublish(() => ({
    refuse: ({ event }) => event['key'] === 'a' && event['n'] === 250 && (refusals += 1) <= 3,
  }));
  relay();
  await eventually(async () => (await unpublished()).length === 0);
  assert.ok(refusals > 3);
  for (const topic of ['left', 'right']) {
    const seen = seenOf(sidecar.accepted, topic, 'a');
    const first = firstSeen(seen);
    // The rest of a publication that it was refused from is accepted, and comes again in order.
    const later = first.filter((n) => n >= 750);
    assert.ok(
      later.every((n) => seen.indexOf(n) > seen.indexOf(250)),
      'later publications wait',
    );
    for (const key of keys.slice(1))
      assert.deepEqual(
        firstSeen(seenOf(sidecar.accepted, topic, key)),
        upTo(30, key).map(({ n }) => n),
      );
  }
});

const lengthsOf = (publications: number[][]) => publications.map(({ length }) => length);

test('after a refusal a key goes on with one event, then two, four, eight and sixteen, and no more; other keys go on as before', async (t) => {
  const { write, unpublished, sidecar, relay } = await setUp(t);
  const publications: number[][] = [];
  let isBroken = true;
  sidecar.onPublish((topic, entries) => {
    const numbers = entries.flatMap(({ event }) => (event['key'] === 'a' ? [event['n'] as number] : []));
    if (topic === 'left' && numbers.length > 0 && !isBroken) publications.push(numbers);
    return { refuse: ({ event }) => isBroken && event['key'] === 'a' };
  });
  await write([...upTo(100, 'a'), ...upTo(40, 'b')]);
  const running = relay();
  await eventually(async () => (await unpublished()).every(({ key }) => key === 'a'));
  isBroken = false;
  running.wake();
  await eventually(async () => (await unpublished()).length === 0);
  assert.deepEqual(lengthsOf(publications), [1, 2, 4, 8, 16, 16, 16, 16, 16, 5]);
  assert.deepEqual(
    publications.flat(),
    upTo(100, 'a').map(({ n }) => n),
  );
});

test('a publisher that delivers the later events of a publication without the earlier ones tears nothing apart', async (t) => {
  const { write, unpublished, sidecar, relay } = await setUp(t);
  const seen: Record<string, number[]> = { left: [], right: [] };
  let failures = 8;
  // As a producer that gives up on what it sent while the broker was unavailable, and delivers what it sends afterwards.
  sidecar.onPublish((topic, entries) => {
    const first = entries[0]?.entryId;
    const isTorn = failures > 0;
    failures -= 1;
    const refuse = (entry: PublishedEntry) => isTorn && entry.entryId === first;
    for (const entry of entries) if (!refuse(entry)) seen[topic]?.push(entry.event['n'] as number);
    return { refuse };
  });
  await write(upTo(100, 'a'));
  relay();
  await eventually(async () => (await unpublished()).length === 0);
  for (const topic of ['left', 'right'])
    assert.deepEqual(
      firstSeen(seen[topic] ?? []),
      upTo(100, 'a').map(({ n }) => n),
    );
});
