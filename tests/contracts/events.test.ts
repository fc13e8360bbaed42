import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Value } from 'typebox/value';
import { closeCodes } from '@rondo/sync-client/protocol';
import { Hello, Ping, ServerMessage } from '@rondo/shared/contracts/sync-message';
import { serviceRegistry, topicsOf } from '@rondo/shared/service-registry';
import { describeEvents } from '../../scripts/describe-events.ts';

type Message = { examples?: { payload: unknown }[] };
type Channel = { address: string; description?: string; messages: Record<string, Message> };
type Events = {
  channels: Record<string, Channel>;
  operations: Record<string, { action: string; channel: { $ref: string }; tags?: { name: string }[] }>;
};

const events = describeEvents() as unknown as Events;

describe('the document of topics and socket', () => {
  test('says of each service what it sends and receives, as the registry has it', () => {
    const described = Object.values(events.operations).flatMap(({ action, channel, tags = [] }) => {
      const address = events.channels[channel.$ref.split('/').at(-1) ?? '']?.address;
      return tags.map(({ name }) => `${name} ${action} ${address}`);
    });
    const registered = serviceRegistry.flatMap(({ name, topics: { produces, consumes, fansOut = [] } }) => [
      ...produces.map((topic) => `${name} send ${topic}`),
      ...[...consumes, ...fansOut].map((topic) => `${name} receive ${topic}`),
    ]);
    assert.deepEqual(described.toSorted(), registered.toSorted());
  });

  test('has one writer for each topic, so that the rights of the broker say who sent an event', () => {
    const written = serviceRegistry.flatMap(({ topics: { produces } }) => produces);
    assert.deepEqual(written.toSorted(), topicsOf(serviceRegistry).toSorted());
  });

  test('has references that lead somewhere', () => {
    const references = [...JSON.stringify(events).matchAll(/"\$ref":"#\/([^"]*)"/g)].map(
      ([, path = '']) => path,
    );
    const find = (path: string) =>
      path
        .split('/')
        .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], events);
    assert.ok(references.length > 20);
    assert.deepEqual(
      references.filter((path) => find(path) === undefined),
      [],
    );
  });

  test('shows messages of the socket that the contracts accept', () => {
    const { hello, ping, ...answers } = events.channels['socket']?.messages ?? {};
    assert.ok(hello?.examples?.every(({ payload }) => Value.Check(Hello, payload)));
    assert.ok(ping?.examples?.every(({ payload }) => Value.Check(Ping, payload)));
    for (const [name, { examples = [] }] of Object.entries(answers))
      assert.ok(
        examples.every(({ payload }) => Value.Check(ServerMessage, payload)),
        name,
      );
  });

  test('names each close code', () => {
    for (const code of Object.values(closeCodes))
      assert.match(events.channels['socket']?.description ?? '', new RegExp(`\\| ${code} \\|`));
  });
});
