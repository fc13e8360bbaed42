import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { v7 } from 'uuid';
import { eventually } from '@rondo/shared/test/eventually';
import type { Answer, TestPerson } from '@rondo/shared/test/service';
import { describeServices } from '../../scripts/describe-services.ts';
import { idempotentByNature, newEachTime } from './support/by-nature.ts';
import type { Cases, Given, World } from './support/case.ts';
import { notificationCases } from './support/notification-cases.ts';
import { recurringCases } from './support/recurring-cases.ts';
import { todoCases } from './support/todo-cases.ts';
import { contentOf, growthOf, startWorlds } from './support/worlds.ts';

type Operation = { name: string; service: string; hasKey: boolean };
type Document = { paths: Record<string, Record<string, { parameters?: { name: string }[] }>> };

/** The operations of the OpenAPI documents that may change something. */
const operations: Operation[] = (await describeServices()).flatMap(({ service, document }) =>
  Object.entries((document as Document).paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => method !== 'get')
      .map(([method, { parameters = [] }]) => ({
        name: `${method.toUpperCase()} ${path}`,
        service,
        hasKey: parameters.some(({ name }) => name === 'idempotency-key'),
      })),
  ),
);
const keyedCases: Cases = { ...todoCases, ...recurringCases, ...notificationCases };
/** Their answers show a secret, which is not stored: a retry is refused. */
const withSecret = new Set(['POST /api/v1/app-passwords', 'POST /api/v1/calendar-feed']);

const worlds = await startWorlds({ after });

function worldOf({ service }: Operation): World {
  const world = worlds.find(({ name }) => name === service);
  assert.ok(world);
  return world;
}

function send(
  who: TestPerson,
  { name }: Operation,
  { params = {}, query = '', body, headers = {} }: Given,
  more: Record<string, string> = {},
): Promise<Answer<unknown>> {
  const [method = '', template = ''] = name.split(' ');
  const path = template.replaceAll(/\{(\w+)\}/g, (_, param: string) => params[param] ?? '');
  return who.call<unknown>(method, `${path}${query}`, body, { ...headers, ...more });
}

/** Waits until no worker has something to do: messages are sent, though no event is published. */
async function settled({ name, pool }: World): Promise<void> {
  if (name !== 'notification-service') return;
  await eventually(
    async () =>
      (await pool.query("SELECT FROM notification_service.deliveries WHERE status = 'waiting'")).rowCount ===
      0,
    { what: 'the deliveries to be sent' },
  );
}

test('each operation that changes something takes an Idempotency-Key, or is in the table of those that need none', () => {
  const named = (list: Operation[]) => list.map(({ name }) => name).toSorted();
  assert.deepEqual(
    named(operations.filter(({ hasKey }) => hasKey)),
    Object.keys(keyedCases).toSorted(),
    'each has a case in support/*-cases.ts',
  );
  assert.deepEqual(
    named(operations.filter(({ hasKey }) => !hasKey)),
    [...Object.keys(idempotentByNature), ...newEachTime].toSorted(),
    'a route without the header is in support/by-nature.ts',
  );
});

describe('with one Idempotency-Key', () => {
  for (const operation of operations.filter(({ hasKey }) => hasKey)) {
    const prepare = keyedCases[operation.name];
    if (!prepare) continue;
    const hasSecret = withSecret.has(operation.name);

    test(`${operation.name} runs once`, async () => {
      const world = worldOf(operation);
      const [ada, eve, bob] = [await world.person(), await world.person(), await world.person()];
      const key = { 'idempotency-key': v7() };

      const given = await prepare(ada, world);
      const atFirst = await contentOf(world);
      const first = await send(ada, operation, given, key);
      assert.ok(first.status < 300, JSON.stringify(first.body));
      assert.equal(first.headers.get('idempotent-replayed'), null);
      await settled(world);
      const once = await contentOf(world);
      await assertNoSecretKept(world, first.body);

      const retry = await send(ada, operation, given, key);
      if (hasSecret) assertRefused(retry, 409, 'shown-once');
      else {
        assert.deepEqual([retry.status, retry.body], [first.status, first.body]);
        assert.equal(retry.headers.get('idempotent-replayed'), 'true');
        assert.equal(retry.headers.get('location'), first.headers.get('location'));
      }
      assertRefused(
        await send(ada, operation, given, { ...key, 'if-match': '"7"' }),
        422,
        'idempotency-key-reused',
      );
      assert.deepEqual(await contentOf(world), once, 'a retry changes nothing');

      const others = await prepare(eve, world);
      const before = await contentOf(world);
      const answers = await Promise.all([1, 2, 3, 4].map(() => send(eve, operation, others, key)));
      await settled(world);
      const answered = answers.filter(({ status }) => status !== (hasSecret ? 409 : 429));
      assert.equal(new Set(answered.map(({ status, body }) => JSON.stringify([status, body]))).size, 1);
      assert.ok((answered[0]?.status ?? 500) < 300, JSON.stringify(answered[0]?.body));
      assert.deepEqual(growthOf(before, await contentOf(world)), growthOf(atFirst, once), 'as one request');

      const malformed = await send(bob, operation, await prepare(bob, world), { 'idempotency-key': 'a key' });
      assertRefused(malformed, 422, 'invalid-input');
    });
  }
});

describe('without a key', () => {
  for (const operation of operations.filter(({ name }) => name in idempotentByNature)) {
    test(`${operation.name} changes nothing if it is repeated, and answers alike`, async () => {
      const world = worldOf(operation);
      const who = await world.person(['operator']);
      const given = (await idempotentByNature[operation.name]?.(who, world)) ?? {};
      const first = await send(who, operation, given);
      assert.ok(first.status < 300, JSON.stringify(first.body));
      const once = await contentOf(world);
      const second = await send(who, operation, given);
      assert.deepEqual([second.status, second.body], [first.status, first.body]);
      assert.deepEqual(await contentOf(world), once);
    });
  }

  for (const operation of operations.filter(({ name }) => newEachTime.includes(name))) {
    test(`${operation.name} makes something new each time`, async () => {
      const ada = await worldOf(operation).person();
      const answers = [await send(ada, operation, {}), await send(ada, operation, {})];
      assert.deepEqual(
        answers.map(({ status }) => status),
        [201, 201],
      );
      assert.notDeepEqual(answers[0]?.body, answers[1]?.body);
    });
  }
});

/** What an answer shows once is nowhere in the kept answers. */
async function assertNoSecretKept({ pool, schema }: World, body: unknown): Promise<void> {
  const { password, path, signing_secret: signingSecret } = (body ?? {}) as Record<string, unknown>;
  const secrets = [password, path, signingSecret].filter((secret) => typeof secret === 'string');
  if (secrets.length === 0) return;
  const { rows } = await pool.query<{ response: string }>(`SELECT response FROM ${schema}.idempotency_keys`);
  assert.ok(rows.length > 0);
  assert.ok(rows.every(({ response }) => secrets.every((secret) => !response.includes(secret))));
}

function assertRefused({ status, body }: Answer<unknown>, expected: number, code: string): void {
  assert.deepEqual([status, (body as { code?: string }).code], [expected, code]);
}
