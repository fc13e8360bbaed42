import { dayMs, hourMs, minuteMs, secondMs } from '@rondo/time/units';

/** A duration in days, hours, minutes and seconds (ISO 8601). */
export function durationText(ms: number): string {
  const days = Math.floor(ms / dayMs);
  const parts = [
    [Math.floor((ms % dayMs) / hourMs), 'H'],
    [Math.floor((ms % hourMs) / minuteMs), 'M'],
    [Math.floor((ms % minuteMs) / secondMs), 'S'],
  ] as const;
  // ISO 8601 allows hours and seconds without minutes; RFC 5545 does not.
  const last = parts.findLastIndex(([count]) => count > 0);
  const first = parts.findIndex(([count]) => count > 0);
  const time = parts
    .filter((_part, index) => index >= first && index <= last)
    .map(([count, unit]) => `${count}${unit}`)
    .join('');
  if (first < 0) return days === 0 ? 'PT0S' : `P${days}D`;
  return `P${days === 0 ? '' : `${days}D`}T${time}`;
}
