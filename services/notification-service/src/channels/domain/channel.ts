/** What a person is told, whatever the channel. */
export type Message = {
  /** The delivery's id: the same on every attempt, so that receivers can tell a repetition. */
  id: string;
  kind: 'reminder' | 'digest' | 'test';
  /** One line, such as a task's title. It is a person's own words: a channel escapes it. */
  title: string;
  /** Plain text, may be several lines. */
  body: string;
  /** RFC 3339. */
  occurred_at: string;
  task_id: string | null;
  /** The page of the app that shows it; null where there is none. */
  url: string | null;
  /** The event for machines: webhooks carry it as it is. */
  data: unknown;
};

/** One try to deliver a message; `number` counts from 1. */
export type Attempt = { number: number; now: Date };

export type Failure = {
  status: 'failed';
  /** A sentence for the person whose channel it is; nothing of what the other side sent but its status or reply. */
  reason: string;
  /** Whether the same message can never arrive this way. */
  is_permanent: boolean;
  /** The target itself is no more: it should not be tried with other messages either. */
  is_gone?: boolean;
  /** How long the other side asked to be left alone. */
  retry_after_ms?: number;
};

export type Outcome = { status: 'sent' } | Failure;

/** A way to reach a person. It answers within its deadline, and what goes wrong on the way is an outcome, no error. */
export type Channel<Target> = {
  send(message: Message, target: Target, attempt: Attempt): Promise<Outcome>;
};

/** What is wrong will be wrong the next time too. */
export function permanentFailure(reason: string): Failure {
  return { status: 'failed', reason, is_permanent: true };
}

/** What is wrong may be right later. */
export function passingFailure(reason: string): Failure {
  return { status: 'failed', reason, is_permanent: false };
}
