import { Type, type TSchema } from 'typebox';
import { closeCodes } from '@rondo/sync-client/protocol';
import { topics } from '@rondo/shared/contracts/topics';
import type { Json, JsonObject, OpenApiDocument } from '@rondo/shared/http/openapi/document';
import { hoistNamedSchemas } from '@rondo/shared/http/openapi/hoist-named-schemas';
import { publishedSchema } from '@rondo/shared/http/openapi/published-schema';
import { serviceRegistry } from '@rondo/shared/service-registry';
import { socketDescription, socketMessages } from './describe-socket.ts';
import { topicDescriptions } from './topic-descriptions.ts';

/** The AsyncAPI 3 document of the socket and the topics: the messages from the contracts, who sends what from the registry. */
export function describeEvents(): JsonObject {
  const document = {
    asyncapi: '3.0.0',
    info: {
      title: 'Rondo events',
      version: '1.0.0',
      description:
        'The live socket of the gateway, and the topics between the services. Clients use the socket; topics are for services, which reach them through their Dapr sidecar.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      tags: [{ name: 'socket' }, { name: 'topics' }],
    },
    defaultContentType: 'application/json',
    servers: {
      gateway: { host: '127.0.0.1:8000', protocol: 'ws', description: 'The one address of Rondo' },
      broker: {
        host: 'kafka:9092',
        protocol: 'kafka',
        description: 'Kafka in a cluster. On a laptop the sidecars keep the topics in PostgreSQL.',
      },
    },
    channels: { socket: socketChannel(), ...topicChannels() },
    operations: { ...socketOperations(), ...topicOperations() },
    components: { messages: { ...cloudEventMessages() } },
  };
  return hoistNamedSchemas(document as unknown as OpenApiDocument);
}

function socketChannel(): JsonObject {
  const messages = socketMessages.map(({ name, summary, payload, example }) => [
    name,
    {
      name,
      title: name,
      summary,
      payload: published(payload),
      ...(example === null ? {} : { examples: [{ payload: example }] }),
    },
  ]);
  return {
    address: '/ws',
    title: 'Live socket',
    description: socketDescription,
    servers: [{ $ref: '#/servers/gateway' }],
    messages: Object.fromEntries(messages) as JsonObject,
    bindings: { ws: { method: 'GET' } },
    tags: [{ name: 'socket' }],
    'x-close-codes': closeCodes,
  };
}

function socketOperations(): JsonObject {
  const reference = (name: string) => ({ $ref: `#/channels/socket/messages/${name}` });
  const fromClient = new Set(['hello', 'ping']);
  const fromServer = socketMessages.map(({ name }) => name).filter((name) => !fromClient.has(name));
  return {
    receiveHello: {
      action: 'receive',
      channel: { $ref: '#/channels/socket' },
      summary: 'A client opens the stream with its ticket, and may test it later.',
      messages: [...fromClient].map((name) => reference(name)),
    },
    sendUpdates: {
      action: 'send',
      channel: { $ref: '#/channels/socket' },
      summary: 'The gateway answers the hello and then sends what happens.',
      messages: fromServer.map((name) => reference(name)),
    },
  };
}

function topicChannels(): JsonObject {
  const entries = Object.entries(topicDescriptions).map(([key, { summary, messages }]) => [
    key,
    {
      address: topics[key as keyof typeof topics],
      summary,
      servers: [{ $ref: '#/servers/broker' }],
      messages: Object.fromEntries(
        messages.map(({ name }) => [name, { $ref: `#/components/messages/${name}` }]),
      ),
      tags: [{ name: 'topics' }],
    },
  ]);
  return Object.fromEntries(entries) as JsonObject;
}

/** Who sends to a topic and who receives from it, as the registry says. */
function topicOperations(): JsonObject {
  const keyOf = (topic: string) => Object.entries(topics).find(([, name]) => name === topic)?.[0] ?? topic;
  const operation = (service: string, action: 'send' | 'receive', topic: string, summary: string) => [
    camelCase(`${service}-${action}s-${topic}`),
    { action, channel: { $ref: `#/channels/${keyOf(topic)}` }, summary, tags: [{ name: service }] },
  ];
  const entries = serviceRegistry.flatMap(({ name, topics: { consumes, fansOut = [], produces } }) => [
    ...produces.map((topic) => operation(name, 'send', topic, `${name} publishes to ${topic}.`)),
    ...consumes.map((topic) =>
      operation(name, 'receive', topic, `One replica of ${name} handles each message.`),
    ),
    ...fansOut.map((topic) =>
      operation(name, 'receive', topic, `Each replica of ${name} gets every message.`),
    ),
  ]);
  return Object.fromEntries(entries) as JsonObject;
}

function cloudEventMessages(): JsonObject {
  const messages = Object.values(topicDescriptions).flatMap((topic) => topic.messages);
  return Object.fromEntries(
    messages.map(({ name, summary, types, data, extensions }) => [
      name,
      {
        name,
        title: name,
        summary,
        contentType: 'application/cloudevents+json',
        payload: published(cloudEvent(types, data, extensions)),
        bindings: { kafka: { key: { type: 'string', description: 'the workspace_id' } } },
      },
    ]),
  );
}

/** A CloudEvent in structured mode (CloudEvents 1.0, JSON format, section 3.1). */
function cloudEvent(types: string[], data: TSchema, extensions: Record<string, TSchema> = {}): TSchema {
  return Type.Object({
    specversion: Type.Literal('1.0'),
    id: Type.String({ description: 'the event_id' }),
    source: Type.String({ description: 'the service that publishes it' }),
    type: Type.Enum(types as [string, ...string[]]),
    time: Type.String({ format: 'date-time' }),
    topic: Type.String(),
    datacontenttype: Type.Literal('application/json'),
    traceparent: Type.Optional(Type.String({ description: 'W3C Trace Context' })),
    ...extensions,
    data,
  });
}

function published(schema: TSchema): Json {
  return publishedSchema(JSON.parse(JSON.stringify(schema)) as Json);
}

function camelCase(text: string): string {
  return text.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
