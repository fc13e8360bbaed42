import { sql, type QueryExecutorProvider } from 'kysely';
import { deadLetterTopicOf } from '../contracts/topics.ts';
import { isDatabaseAway } from '../database/database.ts';
import { readCloudEvent, type CloudEvent } from './cloud-event.ts';
import { idOfHash } from './dead-letter-id.ts';
import type { Subscription } from './subscriptions.ts';
import { dayMs, expiringTable } from '../workers/expiring-table.ts';
import type { Retention } from '../workers/retention.ts';

/** The id of a dead letter is derived from its event: an event that is dropped again updates the same row. */
function deadLetterId({ id, bytes, isUnreadable }: CloudEvent): string {
  return idOfHash((isUnreadable ? undefined : id) ?? bytes ?? '');
}

type Letter = { cloudEvent: CloudEvent; reason: string; stack: string | null };

/**
 * Records an event that could not be processed, with the reason. A later failure of the same event replaces the reason.
 * What PostgreSQL can't keep as JSON is kept as bytes: no record can stop a consumer.
 */
export async function recordDeadLetter(
  database: QueryExecutorProvider,
  schema: string,
  letter: Letter,
): Promise<void> {
  const text = storableText(letter.cloudEvent);
  if (text !== undefined) {
    try {
      return await insertLetter(database, schema, letter, text);
    } catch (error) {
      if (isDatabaseAway(error)) throw error;
    }
  }
  const { bytes, topic } = letter.cloudEvent;
  const cloudEvent: CloudEvent = {
    isUnreadable: true,
    ...(bytes ? { bytes } : {}),
    ...(topic === undefined ? {} : { topic }),
  };
  const kept = JSON.stringify({ data_base64: (bytes ?? Buffer.alloc(0)).toString('base64') });
  return insertLetter(database, schema, { ...letter, cloudEvent }, kept);
}

async function insertLetter(
  database: QueryExecutorProvider,
  schema: string,
  { cloudEvent, reason, stack }: Letter,
  kept: string,
): Promise<void> {
  await sql`
    INSERT INTO ${sql.id(schema, 'dead_letters')} (id, workspace_id, topic, event_id, reason, stack, cloud_event)
    VALUES (${deadLetterId(cloudEvent)}, ${workspaceOf(cloudEvent)}, ${cloudEvent.topic ?? 'unknown'}, ${cloudEvent.id ?? null},
            ${shortText(reason)}, ${stack === null ? null : shortText(stack)}, ${kept})
    ON CONFLICT (id) DO UPDATE SET reason = excluded.reason, stack = excluded.stack, redriven_at = NULL
  `.execute(database);
}

/** Reads the event of a dead letter again. */
export function readDeadLetter({
  cloud_event: kept,
  topic,
}: {
  cloud_event: string;
  topic: string;
}): CloudEvent {
  const { data_base64: base64, id } = JSON.parse(kept) as { data_base64?: unknown; id?: unknown };
  const isBytes = typeof base64 === 'string' && id === undefined;
  return readCloudEvent(isBytes ? Buffer.from(base64, 'base64') : Buffer.from(kept), topic);
}

/** Deeper JSON would exceed a stack, of PostgreSQL's parser or of the answer that lists it. */
const deepest = 64;
const [openingBracket, closingBracket, openingBrace, closingBrace] = [0x5b, 0x5d, 0x7b, 0x7d];

/** The text of an event's record, if a column of type json can keep it. */
function storableText({ bytes, isUnreadable, ...event }: CloudEvent): string | undefined {
  if (isUnreadable) return undefined;
  const text = bytes ? bytes.toString() : JSON.stringify(event);
  let depth = 0;
  // Brackets inside of strings count as well: then the event is kept as bytes, which loses nothing.
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === openingBracket || code === openingBrace) depth += 1;
    else if (code === closingBracket || code === closingBrace) depth -= 1;
    if (depth > deepest) return undefined;
  }
  return text;
}

const longestText = 4_000;

/** JSON allows NUL, PostgreSQL's text doesn't. An error can repeat what was in the event. */
function shortText(text: string): string {
  return text.slice(0, longestText).replaceAll('\u0000', '\uFFFD');
}

/**
 * The subscription to the service's own dead-letter topic. The service recorded most of these events when it dropped
 * them. Those that the sidecar put there by itself are recorded here.
 */
export function deadLetterSubscription(
  database: QueryExecutorProvider,
  { service, schema }: { service: string; schema: string },
): Subscription {
  return {
    topic: deadLetterTopicOf(service),
    isOfDeadLetters: true,
    bulk: { maxAwaitMs: 100 },
    process: async (events) => {
      try {
        for (const event of events) await recordIfUnknown(database, schema, event);
        return events.map(() => 'SUCCESS');
      } catch {
        return events.map(() => 'RETRY');
      }
    },
  };
}

const keptDays = 90;

/** The retention of dead letters, from when they were redriven or received. */
export function deadLetterRetention(database: QueryExecutorProvider, schema: string): Retention {
  return expiringTable(database, {
    schema,
    table: 'dead_letters',
    keptMs: keptDays * dayMs,
    by: sql<string>`coalesce(redriven_at, received_at)`,
  });
}

async function recordIfUnknown(
  database: QueryExecutorProvider,
  schema: string,
  event: CloudEvent,
): Promise<void> {
  const ids = [deadLetterId(event), deadLetterId({ ...event, isUnreadable: true })];
  const known =
    await sql`SELECT 1 FROM ${sql.id(schema, 'dead_letters')} WHERE id = ANY (${ids}::uuid[])`.execute(
      database,
    );
  if (known.rows.length > 0) return;
  try {
    await recordDeadLetter(database, schema, {
      cloudEvent: event,
      reason: 'dropped-by-sidecar',
      stack: null,
    });
  } catch (error) {
    if (isDatabaseAway(error)) throw error;
  }
}

function workspaceOf({ data }: CloudEvent): string | null {
  if (typeof data !== 'object' || data === null || !('workspace_id' in data)) return null;
  const { workspace_id: id } = data;
  return typeof id === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id) ? id : null;
}
