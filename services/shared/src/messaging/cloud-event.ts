import { isUtf8 } from 'node:buffer';

/** A CloudEvent as read from a topic (CloudEvents 1.0, JSON format, section 3.1). It has what of it is valid. */
export type CloudEvent = {
  id?: string;
  /** The service that published it. */
  source?: string;
  topic?: string;
  traceparent?: string;
  data?: unknown;
  /** Attributes beyond CloudEvents' own and ours (CloudEvents 1.0, section 3.3), as text. */
  extensions?: Record<string, string>;
  /** The value of its record, for the dead letter that it may become. */
  bytes?: Buffer;
  /** Whether the record is no CloudEvent, so that only its bytes can be kept. */
  isUnreadable?: true;
};

/** The context attributes of an event (CloudEvents 1.0, section 3), and its topic. */
export type EventContext = {
  id: string;
  /** The service that publishes it. */
  source: string;
  type: string;
  /** When it happened, RFC 3339. */
  time: string;
  topic: string;
  /** Of the publication (CloudEvents extension Distributed Tracing, in the format of W3C Trace Context). */
  traceparent: string | null;
};

/**
 * Makes the text of an event on its topic: a CloudEvent as JSON in structured mode. `data` is JSON text and is inserted as it
 * is: parsing and printing it again would cost more than everything else.
 */
export function cloudEventText({ traceparent, ...context }: EventContext, data: string): string {
  const attributes = {
    specversion: '1.0',
    ...context,
    datacontenttype: 'application/json',
    ...(traceparent === null ? {} : { traceparent }),
  };
  return `${JSON.stringify(attributes).slice(0, -1)},"data":${data}}`;
}

const extensionName = /^[a-z0-9]{1,20}$/;
const ownAttributes = new Set([
  'specversion',
  'datacontenttype',
  'id',
  'source',
  'type',
  'time',
  'topic',
  'traceparent',
  'data',
]);
const attributesRead = ['id', 'source', 'topic', 'traceparent'] as const;
const longestAttribute = 200;
// oxlint-disable-next-line no-control-regex
const controlCharacter = /[\u0000-\u001F\u007F]/;

/**
 * Reads the value of a record. It never throws: anyone who may write to the topic decides what is in it.
 * @param topic the topic of the record; without it, what the event says
 */
export function readCloudEvent(bytes: Buffer, topic?: string): CloudEvent {
  const given = parseObject(bytes);
  const event: CloudEvent = { bytes };
  if (given && 'data' in given) event.data = given['data'];
  for (const name of attributesRead) {
    const value = given?.[name];
    if (isAttribute(value)) event[name] = value;
    else if (!given || (value !== undefined && value !== null)) event.isUnreadable = true;
  }
  if (topic !== undefined) event.topic = topic;
  if (given) addExtensions(event, given);
  return event;
}

function addExtensions(event: CloudEvent, given: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(given)) {
    if (ownAttributes.has(name) || !extensionName.test(name) || !isAttribute(value)) continue;
    event.extensions ??= {};
    event.extensions[name] = value;
  }
}

function parseObject(bytes: Buffer): Record<string, unknown> | undefined {
  if (!isUtf8(bytes)) return undefined;
  try {
    const value = JSON.parse(bytes.toString()) as unknown;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isAttribute(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= longestAttribute &&
    !controlCharacter.test(value)
  );
}

/** The outcome of one delivered event: done; deliver it again; move it to the dead letters. */
export const verdicts = ['SUCCESS', 'RETRY', 'DROP'] as const;
export type Verdict = (typeof verdicts)[number];

/** Processes a delivery. Returns one verdict for each event, in order. It never throws. */
export type Processor = (events: CloudEvent[]) => Promise<Verdict[]>;
