import type { Actor, Agent } from '@rondo/shared/contracts/actor';

/** The columns of an event that say who made it. `agent` is JSON text. */
export type ActorRow = { actor_id: string; actor_source: Actor['source']; agent: string | null };

/** Who made an event. */
export function actorOf({ actor_id, actor_source, agent }: ActorRow): Actor {
  return {
    user_id: actor_id,
    source: actor_source,
    ...(agent === null ? {} : { agent: JSON.parse(agent) as Agent }),
  };
}
