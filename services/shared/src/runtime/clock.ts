import { v7 } from 'uuid';

/** Where time comes from. Tests and simulations bring their own. */
export type Clock = { now(): Date };

/** Where ids come from: UUIDv7 (RFC 9562 section 5.7), so that they sort by the time of their making. */
export type Ids = { next(): string };

export const systemClock: Clock = { now: () => new Date() };

export const uuid7Ids: Ids = { next: () => v7() };
