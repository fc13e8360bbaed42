/** A CloudEvent as the sidecar delivers it (CloudEvents 1.0, JSON format, section 3.1). */
export type CloudEvent = {
  id?: string;
  type?: string;
  topic?: string;
  traceparent?: string;
  data?: unknown;
};

/** What becomes of one delivered event: done; to be delivered again; to the dead letters. */
export type Verdict = 'SUCCESS' | 'RETRY' | 'DROP';

/** Decides over a delivery. The answer has one verdict for each event, in order. It never throws. */
export type Processor = (events: CloudEvent[]) => Promise<Verdict[]>;
