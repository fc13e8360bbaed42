import { v7 } from 'uuid';
import { topics } from '@rondo/shared/contracts/topics';

/** The event that says that the settings of a person name a zone, as a sidecar delivers it. */
export function settingsEvent(personId: string, zone: string | null, updatedAt: string): object {
  const data = {
    event_id: v7(),
    event_type: 'settings-changed',
    schema_version: '1.0',
    timestamp: updatedAt,
    workspace_id: personId,
    time_zone: zone,
    updated_at: updatedAt,
  };
  return { specversion: '1.0', id: data.event_id, topic: topics.personSettings, data };
}
