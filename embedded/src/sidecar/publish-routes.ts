import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Broker } from '../broker/broker.ts';
import type { Component } from './components.ts';
import { DaprError } from './dapr-error.ts';
import { recordOf } from './envelope.ts';

type PubSub = Extract<Component, { type: 'pubsub.kafka' }>;
type BulkEntry = { entryId: string; event: unknown; contentType: string; metadata?: Record<string, string> };

type Destination = { Params: { pubsub: string; '*': string }; Querystring: Record<string, string> };

/** Adds `POST|PUT /v1.0/publish/{pubsub}/{topic}` and the bulk form, alpha path included. */
export function addPublishRoutes(
  app: FastifyInstance,
  { appId, broker, components }: { appId: string; broker: Broker; components: Component[] },
): void {
  function destinationOf({ params }: FastifyRequest<Destination>): { pubsub: string; topic: string } {
    const { pubsub, '*': topic } = params;
    const component = components.find(
      (candidate): candidate is PubSub => candidate.type === 'pubsub.kafka' && candidate.name === pubsub,
    );
    if (pubsub === '') throw new DaprError(404, 'ERR_PUBSUB_EMPTY', 'pubsub name is empty');
    if (!component) throw new DaprError(404, 'ERR_PUBSUB_NOT_FOUND', `pubsub '${pubsub}' not found`);
    if (topic === '') throw new DaprError(404, 'ERR_TOPIC_NAME_EMPTY', `topic is empty in pubsub ${pubsub}`);
    const allowed = component.publishing_scopes?.[appId];
    if (allowed && !allowed.includes(topic)) {
      throw new DaprError(403, 'ERR_PUBSUB_FORBIDDEN', `topic ${topic} is not allowed for app id ${appId}`);
    }
    return { pubsub, topic };
  }

  async function publishOne(request: FastifyRequest<Destination>): Promise<void> {
    const destination = destinationOf(request);
    const metadata = metadataOf(request.query);
    const record = recordOf({
      ...destination,
      app_id: appId,
      content_type: request.headers['content-type'] ?? 'text/plain',
      body: textOf(request.body),
      metadata,
      traceparent: headerOf(request, 'traceparent'),
    });
    try {
      await broker.append([record]);
    } catch (error) {
      throw new DaprError(
        500,
        'ERR_PUBSUB_PUBLISH_MESSAGE',
        `error when publish to topic ${destination.topic} in pubsub ${destination.pubsub}: ${String(error)}`,
      );
    }
  }

  async function publishMany(request: FastifyRequest<Destination>): Promise<void> {
    const destination = destinationOf(request);
    const shared = metadataOf(request.query);
    const traceparent = headerOf(request, 'traceparent');
    const entries = entriesOf(textOf(request.body), destination);
    const records = entries.map(({ event, contentType, metadata = {} }) => {
      const isText = typeof event === 'string' && !contentType.includes('json');
      return recordOf({
        ...destination,
        app_id: appId,
        content_type: contentType,
        body: isText ? event : JSON.stringify(event),
        is_known_json: !isText,
        // As Dapr's Kafka component has it: what the request says goes before what an entry says.
        metadata: { ...metadata, ...shared },
        traceparent: metadata['cloudevent.traceparent'] ?? traceparent,
      });
    });
    try {
      await broker.append(records);
    } catch (error) {
      throw Object.assign(
        new DaprError(
          500,
          'ERR_PUBSUB_PUBLISH_MESSAGE',
          `error when publish to topic ${destination.topic}: ${String(error)}`,
        ),
        {
          failedEntries: entries.map(({ entryId }) => ({ entryId, error: String(error) })),
        },
      );
    }
  }

  for (const prefix of ['/v1.0/publish/bulk', '/v1.0-alpha1/publish/bulk']) {
    app.route<Destination>({
      method: ['POST', 'PUT'],
      url: `${prefix}/:pubsub/*`,
      handler: async (request, reply) => {
        await publishMany(request);
        return reply.code(204).send();
      },
    });
  }
  app.route<Destination>({
    method: ['POST', 'PUT'],
    url: '/v1.0/publish/:pubsub/*',
    handler: async (request, reply) => {
      await publishOne(request);
      return reply.code(204).send();
    },
  });
}

/** `metadata.K=V` of the query string, as K: V. */
export function metadataOf(query: Record<string, string>): Record<string, string> {
  const prefix = 'metadata.';
  return Object.fromEntries(
    Object.entries(query).flatMap(([key, value]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
    ),
  );
}

function textOf(body: unknown): string {
  return typeof body === 'string' ? body : '';
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function entriesOf(body: string, { topic, pubsub }: { topic: string; pubsub: string }): BulkEntry[] {
  const refuse = (why: string) =>
    new DaprError(
      400,
      'ERR_PUBSUB_EVENTS_SER',
      `error when unmarshaling the request for topic ${topic} pubsub ${pubsub}: ${why}`,
    );
  let entries: unknown;
  try {
    entries = JSON.parse(body);
  } catch (error) {
    throw refuse(String(error));
  }
  if (!Array.isArray(entries)) throw refuse('the body is not an array');
  const seen = new Set<string>();
  return entries.map((entry: Partial<BulkEntry> | null) => {
    const { entryId, event, contentType = 'text/plain', metadata } = entry ?? {};
    if (typeof entryId !== 'string' || entryId === '' || seen.has(entryId))
      throw refuse('error: entryId is duplicated or not present for entry');
    if (event === undefined || event === null) throw refuse(`event is not present for entry ${entryId}`);
    seen.add(entryId);
    return { entryId, event, contentType, ...(metadata ? { metadata } : {}) };
  });
}
