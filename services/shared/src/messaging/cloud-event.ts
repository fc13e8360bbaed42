/** A CloudEvent as it is read from a topic (CloudEvents 1.0, JSON format, section 3.1). */
export type CloudEvent = {
  id?: string;
  type?: string;
  topic?: string;
  traceparent?: string;
  data?: unknown;
};

/** What an event is told by beside its data: context attributes (CloudEvents 1.0, section 3), and where it goes. */
export type EventContext = {
  id: string;
  /** The service that tells of it. */
  source: string;
  type: string;
  /** When it happened, RFC 3339. */
  time: string;
  topic: string;
  /** Of what published it (CloudEvents extension Distributed Tracing, with W3C Trace Context's format). */
  traceparent: string | null;
};

/**
 * An event as it stands on its topic: the JSON text of a CloudEvent in structured mode. `data` is JSON text already and is put
 * in as it is, because to parse it only to print it again costs more than all the rest.
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

/** Whatever is no JSON object is kept as the data of an event without an id, so that it can be dropped like any other. */
export function readCloudEvent(text: string): CloudEvent {
  const value = jsonOrText(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : { data: value };
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** What becomes of one delivered event: done; to be delivered again; to the dead letters. */
export type Verdict = 'SUCCESS' | 'RETRY' | 'DROP';

/** Decides over a delivery. The answer has one verdict for each event, in order. It never throws. */
export type Processor = (events: CloudEvent[]) => Promise<Verdict[]>;
