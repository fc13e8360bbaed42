/** A CloudEvent as read from a topic (CloudEvents 1.0, JSON format, section 3.1). */
export type CloudEvent = {
  id?: string;
  type?: string;
  topic?: string;
  traceparent?: string;
  data?: unknown;
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

/** Parses an event. A text that is no JSON object becomes the data of an event without an id, which is then dropped. */
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

/** The outcome of one delivered event: done; deliver it again; move it to the dead letters. */
export type Verdict = 'SUCCESS' | 'RETRY' | 'DROP';

/** Processes a delivery. Returns one verdict for each event, in order. It never throws. */
export type Processor = (events: CloudEvent[]) => Promise<Verdict[]>;
