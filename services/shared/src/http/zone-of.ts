import type { Identity } from './token-verifier.ts';

/** The time zone of who sent a request: that of their token or of their settings; UTC only where neither names one. */
export function zoneOf({ timeZone }: Pick<Identity, 'timeZone'>): string {
  return timeZone ?? 'UTC';
}
