import { DaprError, errorInfo, resourceInfo } from '../dapr-error.ts';

export type Destination = { appId: string; pubsub: string; topic: string };

// The errors of publishing, with the messages of Dapr.

export function pubsubNotFound(pubsub: string, metadata: Record<string, string>): DaprError {
  return new DaprError(404, 'ERR_PUBSUB_NOT_FOUND', `pubsub ${pubsub} is not found`, [
    errorInfo('DAPR_PUBSUB_NOT_FOUND', metadata),
  ]);
}

export function publishForbidden({ appId, pubsub, topic }: Destination): DaprError {
  const message = `topic ${topic} is not allowed for app id ${appId}`;
  return detailedError(403, 'ERR_PUBSUB_FORBIDDEN', message, pubsub, 'DAPR_PUBSUB_FORBIDDEN', {
    topic,
    error: message,
  });
}

export function publishFailed({ pubsub, topic }: Destination, why: string): DaprError {
  const message = `error when publishing to topic ${topic} in pubsub ${pubsub}: ${why}`;
  return detailedError(500, 'ERR_PUBSUB_PUBLISH_MESSAGE', message, pubsub, 'DAPR_PUBSUB_PUBLISH_MESSAGE', {
    topic,
    error: why,
  });
}

export function invalidMetadata(
  { pubsub }: Destination,
  why: string,
  metadata: Record<string, string>,
): DaprError {
  const message = `failed deserializing metadata. Error: ${why}`;
  const reason = 'DAPR_PUBSUB_METADATA_DESERIALIZATION';
  return detailedError(400, 'ERR_PUBSUB_REQUEST_METADATA', message, pubsub, reason, metadata);
}

export function invalidCloudEvent({ appId: appID, pubsub }: Destination, why: string): DaprError {
  const reason = 'DAPR_PUBSUB_CLOUD_EVENT_CREATION';
  return detailedError(500, 'ERR_PUBSUB_CLOUD_EVENTS_SER', 'cannot create cloudevent', pubsub, reason, {
    appID,
    error: why,
  });
}

/** The event of an entry does not match its content type. */
export function mismatchedEvent({ appId: appID, pubsub, topic }: Destination, why: string): DaprError {
  const message = `error when marshalling cloud event envelope for topic ${topic} pubsub ${pubsub}: ${why}`;
  const reason = 'DAPR_PUBSUB_MARSHAL_ENVELOPE';
  return detailedError(400, 'ERR_PUBSUB_EVENTS_SER', message, pubsub, reason, { appID, error: why });
}

export function invalidEntryId({ appId: appID, pubsub, topic }: Destination): DaprError {
  const why = 'entryId is duplicated or not present for entry';
  const message = `error marshaling events to bytes for topic ${topic} pubsub ${pubsub}. error: ${why}`;
  const reason = 'DAPR_PUBSUB_MARSHAL_EVENTS';
  return detailedError(400, 'ERR_PUBSUB_EVENTS_SER', message, pubsub, reason, { appID, error: why });
}

export function invalidEntries({ appId: appID, pubsub, topic }: Destination, why: string): DaprError {
  const message = `error when unmarshaling the request for topic ${topic} pubsub ${pubsub}: ${why}`;
  const reason = 'DAPR_PUBSUB_UNMARSHAL_EVENTS';
  return detailedError(400, 'ERR_PUBSUB_EVENTS_SER', message, pubsub, reason, { appID });
}

function detailedError(
  status: number,
  errorCode: string,
  message: string,
  pubsub: string,
  reason: string,
  metadata: Record<string, string>,
): DaprError {
  return new DaprError(status, errorCode, message, [
    resourceInfo('pubsub', pubsub, message),
    errorInfo(reason, metadata),
  ]);
}
