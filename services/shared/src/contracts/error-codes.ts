/** What a code means to a program that gets it. */
export type ErrorCodeFacts = {
  /** The HTTP status of an answer with this code, unless the error names another. */
  status: number;
  /** Whether the same call may succeed later without a change. */
  retryable: boolean;
  meaning: string;
};

const rejected = (status: number, meaning: string) => ({ status, retryable: false, meaning });
const later = (status: number, meaning: string) => ({ status, retryable: true, meaning });
const fatal = (meaning: string) => ({ status: 500, retryable: false, meaning });

/** Every code of an error that Rondo raises on purpose. Codes are stable. docs/errors.md is checked against this table. */
export const errorCodes = {
  // Any request.
  'bad-request': rejected(400, 'The request is not well-formed HTTP or JSON.'),
  unauthorized: rejected(401, 'The request has no valid token.'),
  forbidden: rejected(403, 'The token does not allow this.'),
  'not-found': rejected(404, 'There is no such thing, or it belongs to someone else.'),
  'no-such-route': rejected(404, 'The address leads nowhere.'),
  'method-not-allowed': rejected(405, 'The address does not support this method.'),
  'request-timeout': rejected(
    408,
    'The request did not arrive completely in time, or its body arrived too slowly.',
  ),
  'too-large': rejected(
    413,
    'The body is too large: more than 64 KiB, in bulk 4 MiB, for an import 20 MiB, for a task by CalDAV 256 KiB. The connection closes.',
  ),
  'uri-too-long': rejected(414, 'The address is too long.'),
  'unsupported-media-type': rejected(415, 'The body has a media type that the address does not accept.'),
  'too-many-open-requests': {
    status: 429,
    retryable: true,
    meaning: 'The address has too many requests, connections or sockets open at the same time.',
  },
  'request-header-fields-too-large': rejected(431, 'The headers are too large.'),
  'invalid-input': rejected(422, 'A field is invalid. `errors` names each one.'),
  'invalid-rule': rejected(
    422,
    'A recurrence rule is malformed, never matches, or takes too many steps to compute.',
  ),
  'invalid-value': rejected(422, 'A value can not be stored.'),
  'search-too-costly': rejected(422, 'A search would take too long. Search for longer or fewer words.'),
  'idempotency-key-reused': rejected(422, 'The Idempotency-Key was used with another request before.'),
  'shown-once': rejected(
    409,
    'An earlier request with the Idempotency-Key was answered with a secret, which is shown once.',
  ),
  'rate-limited': later(429, 'Too many requests in a short time. `Retry-After` says when to go on.'),
  'quota-exceeded': rejected(403, 'The workspace has used up a quota. `quota` says which.'),
  busy: later(429, 'Another request of this person is doing the same, or too many are under way.'),
  internal: fatal('Rondo has a defect. The logs have the details under the request id.'),
  unavailable: {
    status: 503,
    retryable: true,
    meaning:
      'Something that the service needs is down, or did not answer in time. A change may have been made if the message says so: repeat it with the same Idempotency-Key.',
  },
  'disk-almost-full': {
    status: 503,
    retryable: true,
    meaning: 'The disk of the database is almost full. Reads work; changes are refused until there is space.',
  },

  // Tasks.
  'document-too-large': rejected(422, 'The task as JSON is larger than 192 KiB.'),
  'command-too-large': rejected(
    422,
    'The request concerns more than 5,000 tasks, or more than 16 MiB of them.',
  ),
  'version-conflict': rejected(412, 'The task is at another version. `current` is the task as it is.'),
  conflict: {
    status: 409,
    retryable: true,
    meaning: 'The tasks keep changing while the request is processed.',
  },
  'task-id-taken': rejected(409, 'Another task has this id, or had it before it was purged.'),
  'already-complete': rejected(409, 'The task is complete.'),
  'not-complete': rejected(409, 'The task is not complete.'),
  'not-deleted': rejected(409, 'The task is not in the trash.'),
  'parent-deleted': rejected(409, 'The parent task is in the trash.'),
  'undo-conflict': rejected(
    409,
    'The command is undone already, is an undo, or its tasks have changed since: `errors` names them.',
  ),
  'changes-expired': rejected(410, 'Changes that old are not kept. Read a snapshot.'),
  'ahead-of-head': rejected(409, 'The client is ahead of the workspace. Read a snapshot.'),
  'history-changed': rejected(409, 'The server was restored from a backup. Read a snapshot.'),

  // Imports.
  'format-unknown': rejected(
    422,
    'The content of a file does not tell its format. The message lists the formats.',
  ),

  // Apps that sign in with a password.
  'too-many-app-passwords': rejected(403, 'The person has 20 app passwords.'),

  // Series of recurring tasks.
  'series-ended': rejected(409, 'The series has ended.'),
  'no-open-occurrence': rejected(409, 'The series has no open task.'),
  'occurrence-open': rejected(409, 'Another task of the series is open, and a person changed it.'),

  // Notifications and their channels.
  'channel-not-set-up': rejected(422, 'This server can not send on this kind of channel.'),
  'push-not-set-up': rejected(404, 'This server has no keys for web push.'),
  'too-many-confirmations': rejected(429, 'The person asked for too many confirmations today.'),
  'not-confirmed': rejected(409, 'The e-mail address is not confirmed.'),
  'not-replayable': rejected(409, 'Only notifications and tests that were sent on channels can be repeated.'),
  'address-refused': rejected(422, 'The target address is private, or not encrypted.'),

  // Events.
  'invalid-event': rejected(422, 'An event does not have the shape of its topic.'),
  'unknown-schema-version': rejected(422, 'An event has a schema version that the consumer does not know.'),
  'untrusted-source': rejected(403, 'An event comes from a service that may not write to its topic.'),
  'redrive-failed': rejected(409, 'The event of a dead letter failed again.'),

  // Starting and running a process.
  'invalid-configuration': fatal('An environment variable or a secret is missing or invalid.'),
  'pooled-address': fatal('The address of PostgreSQL leads to a pooler that shares sessions.'),
  'port-in-use': fatal('Another program listens on the port.'),
  'secret-missing': fatal('The secret store has no such secret or entry.'),
  'secret-unreadable': fatal('A secret is there and can not be read.'),
  'secret-unwritable': fatal('A secret can not be stored.'),
  'sidecar-unavailable': { status: 503, retryable: true, meaning: 'The Dapr sidecar does not answer.' },
  'publish-failed': { status: 503, retryable: true, meaning: 'The sidecar refused to publish.' },
  'state-failed': { status: 503, retryable: true, meaning: 'The sidecar refused to read or write state.' },
  'broker-unavailable': fatal('Kafka does not answer.'),
  'broker-access-refused': fatal('Kafka refuses a user, or refuses what the user asks for.'),
  'topic-repartitioned': fatal('A topic has another number of partitions than planned.'),
  'topic-not-drained': fatal('Partitions can not be added while a service runs or has unprocessed events.'),
  'migration-misnamed': fatal('A migration file has an invalid name or number.'),
  'migration-unreadable': fatal('The migration files can not be read.'),
  'migration-edited': fatal('A migration file was edited after it was applied.'),
  'migration-missing': fatal('An applied migration has no file.'),
  'migration-failed': fatal('PostgreSQL refused a migration.'),
  'migration-pending': fatal('The schema lacks a migration that the service needs.'),
} as const satisfies Record<string, ErrorCodeFacts>;

export type ErrorCode = keyof typeof errorCodes;

const codesOfStatus: Record<number, ErrorCode> = {
  404: 'not-found',
  405: 'method-not-allowed',
  408: 'request-timeout',
  413: 'too-large',
  414: 'uri-too-long',
  415: 'unsupported-media-type',
  431: 'request-header-fields-too-large',
};

/** The code for a 4xx status that the HTTP framework chose. */
export function codeOfStatus(status: number): ErrorCode {
  return codesOfStatus[status] ?? 'bad-request';
}
