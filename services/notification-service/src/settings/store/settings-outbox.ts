import {
  personSettingsSchemaVersion,
  personSettingsType,
  type PersonSettingsEvent,
} from '@rondo/shared/contracts/person-settings';
import { topics } from '@rondo/shared/contracts/topics';
import { outboxRows, removeRows, type Outbox, type OutboxEvent } from '@rondo/shared/messaging/outbox';

type WaitingSettings = {
  id: number;
  event_id: string;
  workspace_id: string;
  time_zone: string;
  updated_at: string;
};

const table = 'notification_service.settings_outbox';
const destinations = [topics.personSettings] as const;

/** The outbox of changed settings, for the relay. */
export const settingsOutbox: Outbox = {
  async read(client, query) {
    const columns = 'id, event_id, workspace_id, time_zone, updated_at';
    const { rows } = await client.query<WaitingSettings>(outboxRows(table, columns, query));
    return rows.map((row) => toOutboxEvent(row));
  },

  remove: (client, ids) => removeRows(client, table, ids),

  async backlog(client) {
    const { rows } = await client.query<{ events: number; oldest: string | null }>(
      'SELECT count(*) AS events, min(updated_at) AS oldest FROM notification_service.settings_outbox',
    );
    return rows[0] ?? { events: 0, oldest: null };
  },
};

function toOutboxEvent({
  id,
  event_id,
  workspace_id,
  time_zone,
  updated_at: updated,
}: WaitingSettings): OutboxEvent {
  const at = new Date(updated).toISOString();
  const event: PersonSettingsEvent = {
    event_id,
    event_type: 'settings-changed',
    schema_version: personSettingsSchemaVersion,
    timestamp: at,
    workspace_id,
    time_zone,
    updated_at: at,
  };
  return {
    id,
    event_id,
    partitionKey: workspace_id,
    type: personSettingsType,
    time: at,
    body: JSON.stringify(event),
    traceparent: null,
    topics: destinations,
  };
}
