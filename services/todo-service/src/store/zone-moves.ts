import { sql } from 'kysely';

/**
 * Whether the event `later` only moved a floating task to another zone. Recurrence updates nothing else that a person changed, so an undo
 * passes over it.
 */
export const isZoneMove = sql<boolean>`later.actor_source = 'recurrence' AND later.event_type = 'task-updated'`;
