import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Broker } from '../../broker/broker.ts';
import type { NewRecord } from '../../broker/record.ts';
import { readEntries } from './bulk-entries.ts';
import { mayPublish, type Component, type PubSub } from '../components.ts';
import { messageOf } from '../dapr-error.ts';
import { recordOf } from './envelope.ts';
import { partitionError, recordError } from './kafka-limits.ts';
import {
  invalidEntries,
  invalidMetadata,
  publishFailed,
  publishForbidden,
  pubsubNotFound,
  type Destination,
} from './errors.ts';
import { bytesOf, jsonOf } from '../request-body.ts';

type Publish = { Params: { pubsub: string; '*': string }; Querystring: Record<string, string> };
type FailedEntry = { entryId: string; error: string };

/** Adds `POST|PUT /v1.0/publish/{pubsub}/{topic}` and bulk publish, at its stable and its alpha path. */
export function addPublishRoutes(
  http: FastifyInstance,
  { appId, broker, components }: { appId: string; broker: Broker; components: Component[] },
): void {
  function destinationOf({ params, query }: FastifyRequest<Publish>): Destination & { component: PubSub } {
    const { pubsub, '*': topic } = params;
    const component = components.find(
      (candidate): candidate is PubSub => candidate.type === 'pubsub.kafka' && candidate.name === pubsub,
    );
    if (!component) throw pubsubNotFound(pubsub, metadataOf(query));
    return { appId, pubsub, topic, component };
  }

  async function publishOne(request: FastifyRequest<Publish>): Promise<void> {
    const { component, ...destination } = destinationOf(request);
    const metadata = metadataOf(request.query);
    const bytes = bytesOf(request.body, (why) => publishFailed(destination, why));
    const record = recordOf({
      ...destination,
      contentType: request.headers['content-type'] ?? '',
      bytes,
      isRaw: isRaw(metadata, destination),
      metadata,
      ...traceOf(request),
    });
    if (!mayPublish(component, appId, destination.topic)) throw publishForbidden(destination);
    const reason = partitionError(metadata) ?? recordError(record, broker.partitionsPerTopic);
    if (reason !== undefined) throw publishFailed(destination, reason);
    try {
      await broker.append([record]);
    } catch (error) {
      throw publishFailed(destination, messageOf(error));
    }
  }

  async function publishMany(request: FastifyRequest<Publish>): Promise<Failure | undefined> {
    const { component, ...destination } = destinationOf(request);
    const shared = metadataOf(request.query);
    const isRawRequest = isRaw(shared, destination);
    const entries = readEntries(
      jsonOf(request.body, (why) => invalidEntries(destination, why)),
      destination,
    );
    const records = entries.map(({ metadata, ...entry }) =>
      recordOf({
        ...destination,
        ...entry,
        isRaw: isRawRequest,
        // As in Dapr: in the envelope the entry overrides the request, in the record the request overrides the entry.
        metadata: { ...metadata, ...shared },
        envelopeMetadata: metadata === undefined ? {} : { ...shared, ...metadata },
        ...traceOf(request),
      }),
    );
    if (!mayPublish(component, appId, destination.topic)) throw publishForbidden(destination);
    const ids = entries.map(({ entryId }) => entryId);
    const invalid = records.map(({ headers }) => partitionError(headers)).find((why) => why !== undefined);
    if (invalid !== undefined)
      return failure(
        destination,
        invalid,
        ids.map((entryId) => ({ entryId, error: invalid })),
      );
    const failed = await appendValid(broker, records, ids);
    return failed.length === 0
      ? undefined
      : failure(destination, `kafka: Failed to deliver ${failed.length} messages.`, failed);
  }

  const methods: ('POST' | 'PUT')[] = ['POST', 'PUT'];
  for (const prefix of ['/v1.0/publish/bulk', '/v1.0-alpha1/publish/bulk']) {
    http.route<Publish>({
      method: methods,
      url: `${prefix}/:pubsub/*`,
      handler: async (request, reply) => {
        const failed = await publishMany(request);
        return failed ? sendFailure(reply, failed) : reply.code(204).send();
      },
    });
  }
  http.route<Publish>({
    method: methods,
    url: '/v1.0/publish/:pubsub/*',
    handler: async (request, reply) => {
      await publishOne(request);
      return reply.code(204).send();
    },
  });
}

/** Appends the valid records. @returns the failed entries */
async function appendValid(broker: Broker, records: NewRecord[], ids: string[]): Promise<FailedEntry[]> {
  const errors = records.map((record) => recordError(record, broker.partitionsPerTopic));
  const failed = ids.flatMap((entryId, index) =>
    errors[index] === undefined ? [] : [{ entryId, error: errors[index] }],
  );
  const valid = records.filter((_, index) => errors[index] === undefined);
  try {
    if (valid.length > 0) await broker.append(valid);
    return failed;
  } catch (error) {
    return ids.map((entryId, index) => ({ entryId, error: errors[index] ?? messageOf(error) }));
  }
}

type Failure = { body: { failedEntries: FailedEntry[]; errorCode: string }; error: string };

function failure(destination: Destination, why: string, failedEntries: FailedEntry[]): Failure {
  const { errorCode, message } = publishFailed(destination, why);
  return {
    body: { failedEntries, errorCode },
    error: `api error: code = Internal desc = ${message}`,
  };
}

/** Sends a failure of a bulk publish. Dapr repeats the body in headers. */
function sendFailure(reply: FastifyReply, { body, error }: Failure): FastifyReply {
  return reply
    .code(500)
    .header('metadata.responsedata', headerText(JSON.stringify(body)))
    .header('metadata.error', headerText(error))
    .send(body);
}

/** Encodes text as UTF-8 bytes of a header, like Go, without control characters. */
function headerText(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return Buffer.from(text.replace(/[\u0000-\u001F\u007F]/g, ' ')).toString('latin1');
}

/** Reads `metadata.K=V` of the query string as `{ K: V }`. */
function metadataOf(query: Record<string, string>): Record<string, string> {
  const prefix = 'metadata.';
  return Object.fromEntries(
    Object.entries(query).flatMap(([key, value]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
    ),
  );
}

function isRaw(metadata: Record<string, string>, destination: Destination): boolean {
  const { rawPayload = '' } = metadata;
  if (/^(1|t|T|TRUE|true|True)$/.test(rawPayload)) return true;
  if (/^(0|f|F|FALSE|false|False)?$/.test(rawPayload)) return false;
  const why = `rawPayload value must be a valid boolean: actual is '${rawPayload}'`;
  throw invalidMetadata(destination, why, metadata);
}

function traceOf({ headers }: FastifyRequest): Record<'traceparent' | 'tracestate', string | undefined> {
  const { traceparent, tracestate } = headers;
  return {
    traceparent: typeof traceparent === 'string' ? traceparent : undefined,
    tracestate: typeof tracestate === 'string' ? tracestate : undefined,
  };
}
