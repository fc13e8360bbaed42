const offsetParts = new Map<string, Intl.DateTimeFormat>();

/** Whether a name is a time zone of the IANA database, as this runtime knows it. */
export function isTimeZone(name: string): boolean {
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
}

/** The instant at which a date or date-time begins: an all-day date at midnight in its zone (UTC without one). */
export function instantOfDate(date: string, timeZone: string | null): Date {
  if (date.length > 10) return new Date(date);
  const midnightUtc = Date.parse(`${date}T00:00:00Z`);
  if (timeZone === null) return new Date(midnightUtc);
  // The offset at the guess may differ from the one at the answer when the clock changes between them: asked twice.
  const guess = midnightUtc - offsetMs(midnightUtc, timeZone);
  return new Date(midnightUtc - offsetMs(guess, timeZone));
}

/** How far a zone is ahead of UTC at an instant, in milliseconds. */
function offsetMs(instant: number, timeZone: string): number {
  const text =
    formatterOf(timeZone)
      .formatToParts(instant)
      .find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
  const [, sign = '+', hours = '0', minutes = '0', seconds = '0'] =
    /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text) ?? [];
  return (sign === '-' ? -1 : 1) * ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
}

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let formatter = offsetParts.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
    if (offsetParts.size < 1_000) offsetParts.set(timeZone, formatter);
  }
  return formatter;
}
