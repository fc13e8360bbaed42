import { firstOffsetChange, offsetMs } from '@rondo/time/zone';
import { secondsOf, type JcalComponent, type Years } from './time.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** No zone changes its offset and back within a week. */
const strideMs = 7 * dayMs;

/**
 * The VTIMEZONE of an IANA zone (RFC 5545 section 3.6.5) for some years: an observance for the start, and one for each
 * change of the offset. It has no rules, because the runtime's zone database has none: it knows the offset of each instant.
 */
export function timeZoneComponent(zone: string, { first, last }: Years): JcalComponent {
  // One day more on either side, because a year begins at a different instant in each zone.
  const begin = Date.UTC(first, 0, 1) - dayMs;
  const end = Date.UTC(last + 1, 0, 1) + dayMs;
  const offset = offsetMs(begin, zone);
  const observances = [observance(begin, offset, offset), ...changesBetween(begin, end, zone)];
  return ['vtimezone', [['tzid', {}, 'text', zone]], observances];
}

function changesBetween(begin: number, end: number, zone: string): JcalComponent[] {
  const found: JcalComponent[] = [];
  for (let from = begin; from < end; from += strideMs) {
    const change = firstOffsetChange(from, from + strideMs, zone);
    if (change !== undefined) found.push(observance(change, offsetMs(from, zone), offsetMs(change, zone)));
  }
  return found;
}

/** DTSTART is local time before the change. */
function observance(instant: number, before: number, after: number): JcalComponent {
  return [
    after > before ? 'daylight' : 'standard',
    [
      ['dtstart', {}, 'date-time', secondsOf(instant + before)],
      ['tzoffsetfrom', {}, 'utc-offset', offsetText(before)],
      ['tzoffsetto', {}, 'utc-offset', offsetText(after)],
    ],
    [],
  ];
}

function offsetText(ms: number): string {
  // Before 1973 an offset can have seconds.
  const end = ms % minuteMs === 0 ? 16 : 19;
  return `${ms < 0 ? '-' : '+'}${secondsOf(Math.abs(ms)).slice(11, end)}`;
}
