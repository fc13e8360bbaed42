import ICAL from 'ical.js';
import { invalidInput } from '@rondo/shared/errors';
import { createPauses } from '@rondo/shared/workers/slices';
import { createLineReader } from './lines.ts';
import { nameOf, readProperties } from './read-property.ts';
import type { JcalComponent } from './time.ts';

/** The bytes of a file, in pieces. */
export type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** What is done with the parts of a file, as soon as their END is there. `faults` are lines that were left out. */
export type CalendarParts = {
  onComponent: (component: ICAL.Component, calendar: ICAL.Component, faults: string[]) => void;
  onCalendarEnd: (calendar: ICAL.Component) => void | Promise<void>;
  /** Faults outside of components. */
  onFaults: (faults: string[]) => void;
};

/** Deeper components than alarms of entries have no meaning. */
const maxDepth = 10;
/** Limits the memory of an entry. Real ones stay far below. */
const max = { properties: 5_000, components: 1_000, faults: 20 };
const maxShown = 60;
/** The bytes that are read without a pause. */
const pieceBytes = 64 * 1024;

const namesOfEntry = new Set(
  (
    'uid recurrence-id summary description status priority categories related-to ' +
    'dtstart dtend due duration completed created rrule exrule exdate rdate ' +
    'location url attach attendee geo contact resources ' +
    'x-rondo-list x-rondo-start x-rondo-recurrence-basis x-microsoft-cdo-alldayevent'
  ).split(' '),
);
const namesOfObservance = new Set(['dtstart', 'rrule', 'rdate', 'tzoffsetfrom', 'tzoffsetto']);
const label = new Set(['uid', 'summary']);
/** The properties that something is made of, for each component. Others are skipped without a parse. */
const usedNames = new Map<string, ReadonlySet<string>>([
  ['vcalendar', new Set(['x-wr-timezone'])],
  ['vtimezone', new Set(['tzid', 'x-lic-location', 'tzid-alias-of'])],
  ['standard', namesOfObservance],
  ['daylight', namesOfObservance],
  ['valarm', new Set(['trigger', 'action', 'x-apple-proximity', 'x-rondo-before'])],
  ['vtodo', namesOfEntry],
  ['vevent', namesOfEntry],
]);
/** Noted, but not read: their values can be large. */
const namesWithoutValue = new Set('location url attach attendee geo contact resources exrule'.split(' '));

/** Which properties of a component are read, and which of them without their value. */
type UsedNames = { has: (component: string, name: string) => boolean; isNoted: (name: string) => boolean };
const namesOfTasks: UsedNames = {
  has: (component, name) => (usedNames.get(component) ?? label).has(name),
  isNoted: (name) => namesWithoutValue.has(name),
};
const allNames: UsedNames = { has: () => true, isNoted: () => false };

/**
 * Reads the calendars of an iCalendar file (RFC 5545 section 3.4) while its bytes arrive, in slices. As ical.js does, an END ends
 * the last component that began, whatever its name is.
 * @throws AppError 422 if the file is not iCalendar
 */
export async function readCalendars(
  bytes: Bytes,
  parts: CalendarParts,
  used: UsedNames = namesOfTasks,
): Promise<void> {
  const lines = createLineReader();
  const reader = createComponentReader(parts, used);
  const pause = createPauses();
  const take = async (found: Iterable<string>) => {
    for (const line of found) {
      const done = reader.take(line);
      if (done) await done;
      const rest = pause();
      if (rest) await rest;
    }
    // Some bytes have no line.
    const rest = pause();
    if (rest) await rest;
  };
  for await (const chunk of bytes)
    for (let from = 0; from < chunk.length; from += pieceBytes)
      await take(lines.push(chunk.subarray(from, from + pieceBytes)));
  await take(lines.end());
  const { otherEncodings } = lines;
  if (otherEncodings > 0)
    parts.onFaults([`lines that are not UTF-8 were read as Windows-1252: ${otherEncodings}`]);
  reader.end();
}

/**
 * Reads the calendars of a text with all that they contain, for a client that gets it back.
 * @throws AppError 422 if the text is not iCalendar, or has a line that can't be read
 */
export async function parseCalendars(text: string): Promise<ICAL.Component[]> {
  const calendars: ICAL.Component[] = [];
  const refuse = ([fault]: string[]) => {
    if (fault !== undefined) throw refused(fault);
  };
  const parts: CalendarParts = {
    onComponent(component, calendar, faults) {
      refuse(faults);
      calendar.addSubcomponent(component);
    },
    onCalendarEnd: (calendar) => void calendars.push(calendar),
    onFaults: refuse,
  };
  await readCalendars([Buffer.from(text)], parts, allNames);
  return calendars;
}

type Open = { component: JcalComponent; isSkipped: boolean };

function createComponentReader(parts: CalendarParts, used: UsedNames) {
  const open: Open[] = [];
  let calendar: ICAL.Component | undefined;
  let faults = openFaults();

  function begin(name: string): void {
    const parent = open.at(-1);
    if (!parent && name !== 'vcalendar') throw notCalendar();
    if (open.length >= maxDepth) throw refused('its components are nested too deeply');
    const component: JcalComponent = [name, [], []];
    // A part of a file is given away when it ends, and not kept in the calendar.
    const isKept = open.length < 2 || (parent && parent.component[2].length < max.components);
    if (open.length >= 2 && isKept && !parent?.isSkipped) parent?.component[2].push(component);
    open.push({ component, isSkipped: !isKept || parent?.isSkipped === true });
    if (open.length > 2) return;
    parts.onFaults(faults.take());
    if (open.length === 1) calendar = new ICAL.Component(component);
  }

  function end(): void | Promise<void> {
    const ended = open.pop();
    if (!ended || !calendar) throw refused('its lines are not well-formed');
    if (open.length === 1) parts.onComponent(new ICAL.Component(ended.component), calendar, faults.take());
    if (open.length > 0) return undefined;
    parts.onFaults(faults.take());
    return parts.onCalendarEnd(calendar);
  }

  return {
    take(line: string): void | Promise<void> {
      const name = nameOf(line);
      if (name === 'begin')
        return begin(
          line
            .slice(line.indexOf(':') + 1)
            .trim()
            .toLowerCase(),
        );
      if (name === 'end') return end();
      const current = open.at(-1);
      if (current) return addProperty(current, { line, name, used }, faults.add);
      throw calendar ? refused('its lines are not well-formed') : notCalendar();
    },
    end(): void {
      if (!calendar) throw notCalendar();
      if (open.length > 0) throw refused('a component began but did not end');
    },
  };
}

function addProperty(
  { component: [kind, properties], isSkipped }: Open,
  { line, name, used }: { line: string; name: string; used: UsedNames },
  addFault: (fault: string) => void,
): void {
  if (name === '' || name.length === line.length || !/^[a-z0-9.-]+$/.test(name))
    return addFault(`a line was left out, because it has no meaning: "${shown(line)}"`);
  if (isSkipped || !used.has(kind, name)) return;
  if (properties.length >= max.properties)
    return addFault(`only the first ${max.properties} properties were read`);
  if (used.isNoted(name)) {
    if (!properties.some(([known]) => known === name)) properties.push([name, {}, 'text', '']);
    return;
  }
  const found = readProperties(line, name);
  if (!found) return addFault(`a line was left out, because it can't be read: "${shown(line)}"`);
  properties.push(...found.slice(0, max.properties - properties.length));
}

/** Faults without duplicates, the first ones in words, and how many others there are. */
function openFaults() {
  let [known, others] = [new Set<string>(), 0];
  return {
    add(fault: string): void {
      if (known.size < max.faults) known.add(fault);
      else if (!known.has(fault)) others += 1;
    },
    take(): string[] {
      const found = [...known, ...(others === 0 ? [] : [`${others} more lines were left out`])];
      if (found.length > 0) [known, others] = [new Set(), 0];
      return found;
    },
  };
}

function shown(line: string): string {
  return line.length <= maxShown ? line : `${line.slice(0, maxShown).toWellFormed()}…`;
}

function notCalendar(): Error {
  return invalidInput([
    { field: 'body', message: 'is not iCalendar: it does not begin with BEGIN:VCALENDAR' },
  ]);
}

function refused(reason: string): Error {
  return invalidInput([{ field: 'body', message: `is not iCalendar: ${reason}` }]);
}
