import type { Log } from './log.ts';

/** A line for each effect would cost more than ten times as much, and many effects at once are seldom read one by one. */
const maxEffectsPerLine = 50;

/**
 * Logs effects that were committed together, so that an event can be followed through all services: one line for a single
 * effect, with its ids as fields; otherwise lines with up to 50 effects in `effects`.
 * @param effects the ids of each, and what else is worth knowing about it
 */
export function logEffects(log: Log, message: string, effects: object[], common: object = {}): void {
  if (effects.length === 0 || !log.isLevelEnabled('info')) return;
  if (effects.length === 1) {
    log.info({ ...effects[0], ...common }, message);
    return;
  }
  for (let start = 0; start < effects.length; start += maxEffectsPerLine)
    log.info({ ...common, effects: effects.slice(start, start + maxEffectsPerLine) }, message);
}
