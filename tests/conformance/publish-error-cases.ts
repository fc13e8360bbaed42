import { scopedTo, type ConformanceEngine } from './engine.ts';
import { begins, tooLarge, type ErrorCase } from './error-case.ts';

const entry = (more: object) => ({ entryId: 'a', event: {}, contentType: 'application/json', ...more });

/** Invalid publications by the app `scoped`. */
export function publishErrorCases({ pubsub }: ConformanceEngine): ErrorCase[] {
  const topic = scopedTo.publishing;
  const one = `/v1.0/publish/${pubsub}/${topic}`;
  const many = `/v1.0/publish/bulk/${pubsub}/${topic}`;
  const inPubsub = (reason: string) => ['ResourceInfo', reason];
  const about = `topic ${topic} pubsub ${pubsub}`;
  const failed = `error when publishing to topic ${topic} in pubsub ${pubsub}: `;
  const mismatched = {
    status: 400,
    code: 'ERR_PUBSUB_EVENTS_SER',
    message: `error when marshalling cloud event envelope for ${about}: error: mismatch between contentType and event`,
    details: inPubsub('DAPR_PUBSUB_MARSHAL_ENVELOPE'),
  };
  const repeated = {
    status: 400,
    code: 'ERR_PUBSUB_EVENTS_SER',
    message: `error marshaling events to bytes for ${about}. error: entryId is duplicated or not present for entry`,
    details: inPubsub('DAPR_PUBSUB_MARSHAL_EVENTS'),
  };
  const unreadable = {
    status: 400,
    code: 'ERR_PUBSUB_EVENTS_SER',
    message: begins(`error when unmarshaling the request for ${about}: `),
    details: inPubsub('DAPR_PUBSUB_UNMARSHAL_EVENTS'),
  };
  const unpublished = {
    status: 500,
    code: 'ERR_PUBSUB_PUBLISH_MESSAGE',
    details: inPubsub('DAPR_PUBSUB_PUBLISH_MESSAGE'),
  };
  const notCreated = {
    status: 500,
    code: 'ERR_PUBSUB_CLOUD_EVENTS_SER',
    message: 'cannot create cloudevent',
    details: inPubsub('DAPR_PUBSUB_CLOUD_EVENT_CREATION'),
  };
  const notFound = (name: string) => ({
    status: 404,
    code: 'ERR_PUBSUB_NOT_FOUND',
    message: `pubsub ${name} is not found`,
    details: ['DAPR_PUBSUB_NOT_FOUND'],
  });
  const forbidden = {
    status: 403,
    code: 'ERR_PUBSUB_FORBIDDEN',
    message: 'topic forbidden is not allowed for app id scoped',
    details: inPubsub('DAPR_PUBSUB_FORBIDDEN'),
  };
  return [...single(), ...bulk()];

  function single(): ErrorCase[] {
    return [
      // Publish
      { call: 'POST /v1.0/publish/nothing/topic', body: {}, ...notFound('nothing') },
      { call: `POST /v1.0/publish/${pubsub}/forbidden`, body: {}, ...forbidden },
      {
        call: `POST ${one}`,
        body: 'nonsense',
        headers: { 'content-type': 'application/cloudevents+json' },
        ...notCreated,
      },
      {
        call: `POST ${one}`,
        body: [1],
        headers: { 'content-type': 'application/cloudevents+json' },
        ...notCreated,
      },
      {
        call: `POST ${one}?metadata.rawPayload=perhaps`,
        body: {},
        status: 400,
        code: 'ERR_PUBSUB_REQUEST_METADATA',
        message:
          "failed deserializing metadata. Error: rawPayload value must be a valid boolean: actual is 'perhaps'",
        details: inPubsub('DAPR_PUBSUB_METADATA_DESERIALIZATION'),
      },
      {
        call: `POST ${one}?metadata.partitionNumber=x`,
        body: {},
        ...unpublished,
        message: `${failed}invalid partitionNumber metadata value "x": strconv.ParseInt: parsing "x": invalid syntax`,
      },
      {
        call: `POST ${one}?metadata.partitionNumber=-1`,
        body: {},
        ...unpublished,
        message: `${failed}partitionNumber must be non-negative, got -1`,
      },
      {
        call: `POST ${one}?metadata.partitionNumber=99`,
        body: {},
        ...unpublished,
        // The number of partitions depends on the engine.
        message: begins(`${failed}partition number 99 is out of range, topic has `),
      },
      {
        call: `POST ${one}`,
        body: 'x'.repeat(1_100_000),
        headers: { 'content-type': 'text/plain' },
        ...unpublished,
        message: begins(
          `${failed}kafka: invalid configuration (Attempt to produce message larger than configured Producer.MaxMessageBytes: 11004`,
        ),
      },
      {
        call: `POST ${one}`,
        body: tooLarge,
        headers: { 'content-type': 'text/plain' },
        ...unpublished,
        message: `${failed}stream too large`,
      },
    ];
  }

  function bulk(): ErrorCase[] {
    return [
      // Bulk publish
      { call: 'POST /v1.0/publish/bulk/nothing/topic', body: [], ...notFound('nothing') },
      { call: `POST /v1.0/publish/bulk/${pubsub}`, body: [], ...notFound('bulk') },
      { call: `POST /v1.0/publish/bulk/${pubsub}/forbidden`, body: [entry({})], ...forbidden },
      { call: `POST ${many}`, body: [entry({}), entry({})], ...repeated },
      { call: `POST ${many}`, body: [entry({ entryId: undefined })], ...repeated },
      { call: `POST ${many}`, body: [{ event: {} }], ...mismatched },
      { call: `POST ${many}`, body: [entry({ event: 1, contentType: 'text/plain' })], ...mismatched },
      { call: `POST ${many}`, body: [entry({ contentType: 'application/xml' })], ...mismatched },
      { call: `POST ${many}`, body: [null], ...mismatched },
      {
        call: `POST ${many}`,
        body: [entry({ event: '!!', contentType: 'application/octet-stream' })],
        ...mismatched,
        message: begins(
          `error when marshalling cloud event envelope for ${about}: error: unable to decode base64 application/octect-stream data: `,
        ),
      },
      {
        call: `POST ${many}`,
        body: [entry({ event: 'x', contentType: 'application/cloudevents+json' })],
        ...notCreated,
      },
      { call: `POST ${many}`, body: {}, ...unreadable },
      { call: `POST ${many}`, body: '', ...unreadable },
      { call: `POST ${many}`, body: 'nonsense', ...unreadable },
      { call: `POST ${many}`, body: [entry({ entryId: 1 })], ...unreadable },
      {
        call: `POST ${many}`,
        body: [entry({ event: tooLarge })],
        ...unreadable,
        message: `error when unmarshaling the request for ${about}: stream too large`,
      },
    ];
  }
}
