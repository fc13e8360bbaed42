import { Type, type Static } from 'typebox';
import { exampleIds } from './example-ids.ts';
import { DateTime, nullable, TimeZone, Uuid } from './scalars.ts';

/** The version of the shape below. */
export const personSettingsSchemaVersion = '1.0';

/**
 * What other services know of a person's settings, on topic `person-settings`. `updated_at` orders the changes of a person: an
 * older one changes nothing.
 */
export const PersonSettingsEvent = Type.Object(
  {
    event_id: Uuid,
    event_type: Type.Literal('settings-changed'),
    schema_version: Type.Literal(personSettingsSchemaVersion),
    timestamp: DateTime,
    workspace_id: Uuid,
    time_zone: nullable(TimeZone),
    updated_at: DateTime,
  },
  {
    $id: 'PersonSettingsEvent',
    additionalProperties: false,
    examples: [
      {
        event_id: exampleIds.event,
        event_type: 'settings-changed',
        schema_version: personSettingsSchemaVersion,
        timestamp: '2027-01-04T09:15:00.000Z',
        workspace_id: exampleIds.workspace,
        time_zone: 'Europe/Berlin',
        updated_at: '2027-01-04T09:15:00.000Z',
      },
    ],
  },
);
export type PersonSettingsEvent = Static<typeof PersonSettingsEvent>;

/** The CloudEvents `type` of the event. */
export const personSettingsType = 'com.todoai.settings.changed';
