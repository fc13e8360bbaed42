import {
  seriesEventSchemaVersion,
  seriesEventType,
  type PublishedSeries,
  type SeriesEvent,
} from '@rondo/shared/contracts/series-event';
import { topics } from '@rondo/shared/contracts/topics';
import type { OutgoingMessage } from '@rondo/shared/messaging/message-outbox';
import { uuidOfName } from '@rondo/shared/uuid-of-name';

type ChangedSeries = { workspace_id: string; id: string; version: number; updated_at: string };

/** The event of a changed series, for the outbox. A version of a series has one id. */
export function seriesMessage(
  { workspace_id, id: series_id, version, updated_at }: ChangedSeries,
  published: PublishedSeries,
): OutgoingMessage {
  const event_id = uuidOfName(series_id, `series ${workspace_id} ${version}`);
  const event: SeriesEvent = {
    event_id,
    schema_version: seriesEventSchemaVersion,
    timestamp: new Date(updated_at).toISOString(),
    workspace_id,
    series_id,
    version,
    ...published,
  };
  return {
    workspace_id,
    event_id,
    topic: topics.seriesEvents,
    type: seriesEventType,
    body: JSON.stringify(event),
    traceparent: null,
  };
}
