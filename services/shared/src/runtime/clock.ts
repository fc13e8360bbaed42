import { randomHex } from './random-hex.ts';

/** Where time comes from. Tests and simulations bring their own. */
export type Clock = { now(): Date };

/** Where ids come from: UUIDv7 (RFC 9562 section 5.7), so that they sort by the time of their making. */
export type Ids = { next(): string };

export const systemClock: Clock = { now: () => new Date() };

export const uuid7Ids: Ids = { next: () => uuid7(Date.now()) };

/** Milliseconds in the first 48 bits, version and variant, and 74 random bits. */
function uuid7(ms: number): string {
  const time = ms.toString(16).padStart(12, '0');
  const random = randomHex(10);
  const variant = '89ab'[Number.parseInt(random.slice(3, 4), 16) & 3];
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`;
}
