import ICAL from 'ical.js';
import { calendarNames } from './names.ts';
import { ruleName } from './text.ts';
import type { JcalProperty } from './time.ts';

/** Properties whose values are dates and times. */
const dateNames = new Set<string>([
  'dtstart',
  'dtend',
  'due',
  'completed',
  'created',
  'exdate',
  'rdate',
  'recurrence-id',
  calendarNames.start,
]);

/** The name of a content line, in lower case. */
export function nameOf(line: string): string {
  return (/^[^;:]*/.exec(line)?.[0] ?? '').trim().toLowerCase();
}

/**
 * Parses a content line as properties of jCal; undefined if it is none. A property with several dates becomes several
 * properties. RRULE gets another name and stays text: ical.js would parse it here, and fail if it is invalid.
 */
export function readProperties(line: string, name = nameOf(line)): JcalProperty[] | undefined {
  const dates = dateNames.has(name) ? dateProperties(line, name) : undefined;
  if (dates) return dates;
  try {
    return [ICAL.parse.property(line.replace(/^\s*RRULE(?=[:;])/i, ruleName)) as JcalProperty];
  } catch {
    return undefined;
  }
}

const dateForm =
  /^\s*(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d):?(\d\d)(?::?(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?(?!\d)/i;
/** The start of the values. A zone may have a colon that isn't in quotes: "(UTC+01:00) Amsterdam". */
const valuesForm = /:(?=\s*\d{4}-?\d\d-?\d\d(?!\d))/;
const zoneForm = /;TZID=(?:"([^"]*)"?|([^;]*))/i;

/**
 * Reads dates by their own form, whatever VALUE says. Text after a date is ignored, and a period (section 3.3.9) is read as its
 * start. Undefined if there is a value without a date.
 */
function dateProperties(line: string, name: string): JcalProperty[] | undefined {
  const { index } = valuesForm.exec(line) ?? {};
  if (index === undefined) return undefined;
  const parameters = line.slice(0, index);
  const [, quoted, plain] = zoneForm.exec(parameters) ?? [];
  const tzid = (quoted ?? plain ?? '').trim();
  const range = /;RANGE=([^;:]*)/i.exec(parameters)?.[1];
  const shared = { ...(tzid === '' ? {} : { tzid }), ...(range === undefined ? {} : { range }) };
  const found: JcalProperty[] = [];
  for (const value of line.slice(index + 1).split(',')) {
    const date = dateForm.exec(value);
    if (date) found.push(dateProperty(name, shared, date));
    else if (found.length === 0) return undefined;
  }
  return found;
}

function dateProperty(
  name: string,
  parameters: Record<string, string>,
  [, year, month, date, hour, minute, second = '00', zone = '']: RegExpExecArray,
): JcalProperty {
  const day = `${year}-${month}-${date}`;
  if (hour === undefined) return [name, parameters, 'date', day];
  // Clocks have no leap seconds.
  const time = `${day}T${hour}:${minute}:${second === '60' ? '59' : second}`;
  const instant = zone.length > 1 ? Date.parse(`${time}${zone.replace(/(\d\d):?(\d\d)$/, '$1:$2')}`) : NaN;
  const value = Number.isNaN(instant)
    ? `${time}${zone.toUpperCase() === 'Z' ? 'Z' : ''}`
    : `${new Date(instant).toISOString().slice(0, 19)}Z`;
  return [name, parameters, 'date-time', value];
}
