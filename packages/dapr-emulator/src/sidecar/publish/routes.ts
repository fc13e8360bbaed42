import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Broker } from '../../broker/broker.ts';
import type { NewRecord } from '../../broker/record.ts';
import { readEntries } from './bulk-entries.ts';
import { mayPublish, type Component, type PubSub } from '../components.ts';
import { wordsOf } from '../dapr-error.ts';
import { recordOf } from './envelope.ts';
import { partitionRefusal, recordRefusal } from './kafka-limits.ts';
import {
  entriesUnreadable,
  metadataUnreadable,
  publishFailed,
  publishForbidden,
  pubsubNotFound,
  type Destination,
} from './errors.ts';
import { bytesOf, jsonOf } from '../request-body.ts';

type Publish = { Params: { pubsub: string; '*': string }; Querystring: Record<string, string> };
type FailedEntry = { entryId: string; error: string };

/** Adds `POST|PUT /v1.0/publish/{pubsub}/{topic}` and the bulk form, alpha path included. */
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
    return { app_id: appId, pubsub, topic, component };
  }

  async function publishOne(request: FastifyRequest<Publish>): Promise<void> {
    const { component, ...destination } = destinationOf(request);
    const metadata = metadataOf(request.query);
    const bytes = bytesOf(request.body, (why) => publishFailed(destination, why));
    const record = recordOf({
      ...destination,
      content_type: request.headers['content-type'] ?? '',
      bytes,
      is_raw: isRaw(metadata, destination),
      metadata,
      ...traceOf(request),
    });
    if (!mayPublish(component, appId, destination.topic)) throw publishForbidden(destination);
    const refusal = partitionRefusal(metadata) ?? recordRefusal(record, broker.partitionsPerTopic);
    if (refusal !== undefined) throw publishFailed(destination, refusal);
    try {
      await broker.append([record]);
    } catch (error) {
      throw publishFailed(destination, wordsOf(error));
    }
  }

  async function publishMany(request: FastifyRequest<Publish>): Promise<Failure | undefined> {
    const { component, ...destination } = destinationOf(request);
    const shared = metadataOf(request.query);
    const isRawRequest = isRaw(shared, destination);
    const entries = readEntries(
      jsonOf(request.body, (why) => entriesUnreadable(destination, why)),
      destination,
    );
    const records = entries.map(({ metadata, ...entry }) =>
      recordOf({
        ...destination,
        ...entry,
        is_raw: isRawRequest,
        // As Dapr has it: in the envelope the entry goes before the request, on the record the request before the entry.
        metadata: { ...metadata, ...shared },
        envelope_metadata: metadata === undefined ? {} : { ...shared, ...metadata },
        ...traceOf(request),
      }),
    );
    if (!mayPublish(component, appId, destination.topic)) throw publishForbidden(destination);
    const ids = entries.map(({ entry_id }) => entry_id);
    const unusable = records.map(({ headers }) => partitionRefusal(headers)).find((why) => why !== undefined);
    if (unusable !== undefined) return failure(destination, unusable, failedAll(ids, unusable));
    const failed = await appendWhatFits(broker, records, ids);
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

/** Appends the records that the broker takes, and answers the entries that it did not. */
async function appendWhatFits(broker: Broker, records: NewRecord[], ids: string[]): Promise<FailedEntry[]> {
  const refusals = records.map((record) => recordRefusal(record, broker.partitionsPerTopic));
  const failed = ids.flatMap((entryId, index) =>
    refusals[index] === undefined ? [] : [{ entryId, error: refusals[index] }],
  );
  const fitting = records.filter((_, index) => refusals[index] === undefined);
  try {
    if (fitting.length > 0) await broker.append(fitting);
    return failed;
  } catch (error) {
    return ids.map((entryId, index) => ({ entryId, error: refusals[index] ?? wordsOf(error) }));
  }
}

type Failure = { body: { failedEntries: FailedEntry[]; errorCode: string }; error: string };

function failedAll(ids: string[], error: string): FailedEntry[] {
  return ids.map((entryId) => ({ entryId, error }));
}

function failure(destination: Destination, why: string, failedEntries: FailedEntry[]): Failure {
  const { errorCode, message } = publishFailed(destination, why);
  return {
    body: { failedEntries, errorCode },
    error: `api error: code = Internal desc = ${message}`,
  };
}

/** Dapr says a failure of a bulk publish in its headers as well as in its body. */
function sendFailure(reply: FastifyReply, { body, error }: Failure): FastifyReply {
  return reply
    .code(500)
    .header('metadata.responsedata', headerText(JSON.stringify(body)))
    .header('metadata.error', headerText(error))
    .send(body);
}

/** A header holds bytes: UTF-8, as Go writes it, and no control characters. */
function headerText(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return Buffer.from(text.replace(/[\u0000-\u001F\u007F]/g, ' ')).toString('latin1');
}

/** `metadata.K=V` of the query string, as K: V. */
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
  throw metadataUnreadable(destination, why, metadata);
}

function traceOf({ headers }: FastifyRequest): Record<'traceparent' | 'tracestate', string | undefined> {
  const { traceparent, tracestate } = headers;
  return {
    traceparent: typeof traceparent === 'string' ? traceparent : undefined,
    tracestate: typeof tracestate === 'string' ? tracestate : undefined,
  };
}
