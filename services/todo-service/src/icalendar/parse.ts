import ICAL from 'ical.js';
import { invalidInput } from '@rondo/shared/errors';
import { inSlices } from '@rondo/shared/workers/slices';
import { contentLines } from './lines.ts';
import type { JcalComponent, JcalProperty } from './time.ts';

const maxShown = 255;

/** Deeper components than alarms of entries have no meaning. */
const maxDepth = 10;

/**
 * Parses the calendars of an iCalendar text (RFC 5545 section 3.4), line by line, in slices. As ical.js does, an END ends the
 * last component that began, whatever its name is.
 * @throws AppError 422 if the text is not iCalendar
 */
export async function parseCalendars(text: string): Promise<ICAL.Component[]> {
  const calendars: JcalComponent[] = [];
  const open: JcalComponent[] = [];
  await inSlices(contentLines(text), (line) => {
    const [, name] = /^BEGIN:(.*)$/is.exec(line) ?? [];
    if (name !== undefined) {
      const component: JcalComponent = [name.trim().toLowerCase(), [], []];
      const [parent] = open.slice(-1);
      if (!parent && component[0] !== 'vcalendar') throw notCalendar();
      if (open.length >= maxDepth) throw refused('its components are nested too deeply');
      (parent ? parent[2] : calendars).push(component);
      open.push(component);
      return;
    }
    const isEnd = /^END:/i.test(line);
    const property = isEnd ? undefined : propertyOf(line);
    const current = open.at(-1);
    if (!current) throw refused('its lines are not well-formed');
    if (property) current[1].push(property);
    else open.pop();
  });
  if (calendars.length === 0) throw notCalendar();
  if (open.length > 0) throw refused('a component began but did not end');
  return calendars.map((calendar) => new ICAL.Component(calendar));
}

function propertyOf(line: string): JcalProperty {
  try {
    return ICAL.parse.property(line) as JcalProperty;
  } catch (error) {
    // Messages of a ParserError are written for people; those of other errors are not.
    const isReadable = error instanceof Error && error.name === 'ParserError';
    throw refused(
      isReadable ? error.message.slice(0, maxShown).toWellFormed() : 'its lines are not well-formed',
    );
  }
}

function notCalendar(): Error {
  return invalidInput([
    { field: 'body', message: 'is not iCalendar: it does not begin with BEGIN:VCALENDAR' },
  ]);
}

function refused(reason: string): Error {
  return invalidInput([{ field: 'body', message: `is not iCalendar: ${reason}` }]);
}
