import { isTimeZone } from '@rondo/time/zone';
import type { QuietHours } from './channels/quiet-hours.ts';

/** The columns of a person's settings that hold their quiet hours; all null where there are no settings. */
export type QuietColumns = { time_zone: string | null; quiet_from: string | null; quiet_to: string | null };

/** Nobody is kept from being told by a zone that this runtime does not know. */
export function quietHoursOf({
  time_zone: zone,
  quiet_from: from,
  quiet_to: to,
}: QuietColumns): QuietHours | null {
  if (zone === null || from === null || to === null || !isTimeZone(zone)) return null;
  return { zone, from, to };
}
