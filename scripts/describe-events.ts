import { Type, type TSchema } from 'typebox';
import { closeCodes } from '@rondo/sync-client/protocol';
import {
  Hello,
  EventMessage,
  Heartbeat,
  NotificationMessage,
  Ping,
  Resync,
  Welcome,
} from '@rondo/shared/contracts/sync-message';
import { NotificationNudge, notificationNudgeType } from '@rondo/shared/contracts/notification';
import { exampleIds } from '@rondo/shared/contracts/example-ids';
import { ReminderEvent, reminderEventType } from '@rondo/shared/contracts/reminder-event';
import { commandTypeOf, TaskCommand } from '@rondo/shared/contracts/task-command';
import { TaskEvent, TaskEventType } from '@rondo/shared/contracts/task-event';
import { cloudEventTypeOf, topics } from '@rondo/shared/contracts/topics';
import type { Json, JsonObject, OpenApiDocument } from '@rondo/shared/http/openapi/document';
import { hoistNamedSchemas } from '@rondo/shared/http/openapi/hoist-named-schemas';
import { publishedSchema } from '@rondo/shared/http/openapi/published-schema';
import { serviceRegistry } from '@rondo/shared/service-registry';

type Message = {
  name: string;
  summary: string;
  types: string[];
  data: TSchema;
  /** Extension attributes of the CloudEvent. */
  extensions?: Record<string, TSchema>;
};
type Topic = { summary: string; messages: Message[] };

const taskEvent: Message = {
  name: 'TaskEvent',
  summary: 'One change of one task.',
  types: TaskEventType.enum.map((type) => cloudEventTypeOf(type)),
  data: TaskEvent,
  extensions: {
    historyid: Type.Optional(
      Type.String({ format: 'uuid', description: 'changes when the server is restored from a backup' }),
    ),
  },
};
const inboxChanged: Message = {
  name: 'NotificationNudge',
  summary: 'The inbox of a person changed. It has no seq and may be lost.',
  types: [notificationNudgeType],
  data: NotificationNudge,
};
const reminderFired: Message = {
  name: 'ReminderEvent',
  summary: 'A reminder came due. One time of one task reminds once.',
  types: [reminderEventType],
  data: ReminderEvent,
};
const taskCommand: Message = {
  name: 'TaskCommand',
  summary: 'What recurrence asks of a task. A command may come twice, late, or out of order.',
  types: TaskCommand.anyOf.map(({ properties }) => commandTypeOf(properties.command_type.const)),
  data: TaskCommand,
};

const topicDescriptions: Record<keyof typeof topics, Topic> = {
  taskEvents: {
    summary: 'Each change of each task, gapless and in order within a workspace (`seq` 1, 2, 3 …).',
    messages: [taskEvent],
  },
  taskUpdates: {
    summary: 'What open clients get. Each replica of a consumer receives every message.',
    messages: [taskEvent, inboxChanged],
  },
  reminders: { summary: 'Reminders that came due.', messages: [reminderFired] },
  taskCommands: { summary: 'Commands of the recurrence to the tasks.', messages: [taskCommand] },
};

const closeCodeSentences: Record<keyof typeof closeCodes, string> = {
  goingAway: 'The server stops, or could not check the ticket. Connect again.',
  invalidMessage: 'The first message was not a hello, or a later one not a ping. Do not connect again.',
  unauthorized:
    'The ticket is unknown, used or older than 30 s, or the token that it was made with has expired. Connect again with a new one.',
  helloTimeout: 'No hello came in time. Connect again.',
  tooManyConnections: 'The person has too many sockets. Connect again later.',
  slowReader: 'More than 1 MiB was left unread. Connect again; the gap is sent or a resync asked for.',
};

const exampleHistory = '019b0000-0000-7000-8000-000000000001';

const socketMessages: { name: string; summary: string; payload: TSchema; example: Json }[] = [
  {
    name: 'hello',
    summary: 'The first message of a client. `since` is the last seq that it has applied.',
    payload: Hello,
    example: { type: 'hello', ticket: 'm3Kq0tZr9W1yVbXo5sJcUe7hLdNf2PaTgRiQk8vMxYw', since: 41 },
  },
  {
    name: 'ping',
    summary:
      'Asks for a heartbeat now, at most once a second. A client that just woke up tests its socket with it.',
    payload: Ping,
    example: { type: 'ping' },
  },
  {
    name: 'welcome',
    summary: 'The events after `since` follow completely, then every later event.',
    payload: Welcome,
    example: { type: 'welcome', seq: 42, workspace_id: exampleIds.workspace, history_id: exampleHistory },
  },
  {
    name: 'resync',
    summary:
      'The server can not send the gap, or was restored from a backup: read `GET /api/v1/changes?since=`. Later events follow here.',
    payload: Resync,
    example: { type: 'resync', seq: 42, workspace_id: exampleIds.workspace, history_id: exampleHistory },
  },
  {
    name: 'event',
    summary: 'A change of a task, in order. A client that sees a gap in `seq` reads the change feed.',
    payload: EventMessage,
    example: null,
  },
  {
    name: 'heartbeat',
    summary:
      'Comes every 25 s, and after a ping, with the head of the workspace. After 75 s of silence the connection is dead.',
    payload: Heartbeat,
    example: { type: 'heartbeat', seq: 42, history_id: exampleHistory },
  },
  {
    name: 'notification',
    summary: 'The inbox changed. It may be lost: read the inbox at every connection.',
    payload: NotificationMessage,
    example: { type: 'notification', notification_id: null, unread: 3 },
  },
];

const socketDescription = `Live events of one workspace.

1. \`POST /api/v1/ws-tickets\` with a bearer token gives a ticket, which opens one socket within 30 s.
2. Connect to \`/ws\`. The handshake carries no token: the ticket is enough.
3. Send \`hello\` with the ticket and the last \`seq\` that was applied (0 at first).
4. \`welcome\` comes and the missing events follow, or \`resync\` comes and the client reads the change feed.
5. Events follow in order, with a \`heartbeat\` every 25 s, until the token expires; then the socket closes with 4401.
6. Each message with a \`history_id\` says in which history \`seq\` counts. A restore from a backup begins a new one: if it
   differs from the one of your data, read the change feed with your \`history_id\`, and on 409 a snapshot.

Close codes:

| code | name | meaning |
|---|---|---|
${Object.entries(closeCodes)
  .map(([name, code]) => `| ${code} | ${name} | ${closeCodeSentences[name as keyof typeof closeCodes]} |`)
  .join('\n')}`;

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
