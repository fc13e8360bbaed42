import type { AuditCheckpoint } from '@rondo/shared/contracts/audit-checkpoint';

/** What to tell a person, independent of the channel. */
export type Message = {
  /** The delivery's id: the same on each attempt, so that receivers recognise duplicates. */
  id: string;
  kind: 'reminder' | 'digest' | 'notice' | 'summary' | 'test' | 'confirmation';
  /** One line, such as a task's title. It is untrusted text: each channel escapes it. */
  title: string;
  /** Plain text, possibly several lines. */
  body: string;
  /** RFC 3339. */
  occurredAt: string;
  taskId: string | null;
  /** The link of the message; null if there is none. */
  url: string | null;
  /** The text of the link in e-mails; "Open in Rondo" by default. */
  linkText?: string;
  /** What a digest e-mail ends with. */
  auditCheckpoint?: AuditCheckpoint;
  /** The payload for machines: webhooks send it unchanged. */
  data: unknown;
};

/** One attempt to deliver a message; `number` counts from 1, `workspaceId` is whose channel it is. */
export type Attempt = { number: number; now: Date; workspaceId: string };

export type Failure = {
  status: 'failed';
  /** A sentence for the owner of the channel. Of the receiver's answer it quotes only the HTTP status or SMTP reply. */
  reason: string;
  /** Whether a retry of the same message cannot succeed. */
  isPermanent: boolean;
  /** Whether the target no longer exists, so that no message can reach it. */
  isGone?: boolean;
  /** Whether the receiver understood the request and refused it: it may refuse the next one too. */
  isRefused?: boolean;
  /** How long the receiver asked to wait before a retry. */
  retryAfterMs?: number;
};

/** `isUnconfirmed`: the receiver has the whole message, and did not say that it took it. */
export type Outcome = { status: 'sent'; isUnconfirmed?: boolean } | Failure;

/** A way to reach a person. `send` ends within its timeout and never rejects: an error is a failed outcome. */
export type Channel<Target> = {
  send(message: Message, target: Target, attempt: Attempt): Promise<Outcome>;
};

/** A retry would fail in the same way. */
export function permanentFailure(reason: string): Failure {
  return { status: 'failed', reason, isPermanent: true };
}

/** A retry may succeed. */
export function temporaryFailure(reason: string): Failure {
  return { status: 'failed', reason, isPermanent: false };
}
