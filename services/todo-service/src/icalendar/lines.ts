import { ruleName } from './text.ts';

/**
 * Longer values are cut, and longer parameters are left out: no field of a task is that long, and ical.js compares each
 * parameter with the rest of its line.
 */
const max = { value: 65_536, parameters: 4_096 };

/**
 * The content lines of an iCalendar text, unfolded (RFC 5545 section 3.1), without empty ones. RRULE is renamed: ical.js
 * would parse it with the file, and an invalid rule would fail all of it.
 */
export function* contentLines(text: string): Generator<string> {
  let parts: string[] = [];
  let from = text.search(/[^ \t]/);
  while (from >= 0 && from < text.length) {
    const lineFeed = text.indexOf('\n', from);
    const end = lineFeed < 0 ? text.length : lineFeed;
    const line = text.slice(from, text[end - 1] === '\r' ? end - 1 : end);
    if (line.startsWith(' ') || line.startsWith('\t')) parts.push(line.slice(1));
    else {
      yield* whole(parts);
      parts = [line];
    }
    from = end + 1;
  }
  yield* whole(parts);
}

function* whole(parts: string[]): Generator<string> {
  const line = parts.length === 1 ? (parts[0] ?? '') : parts.join('');
  if (line.trim() !== '') yield bounded(line).replace(/^RRULE(?=[:;])/i, ruleName);
}

function bounded(line: string): string {
  if (line.length <= max.parameters) return line;
  const colon = endOfParameters(line);
  const value = line.slice(colon, colon + max.value).toWellFormed();
  if (colon <= max.parameters) return `${line.slice(0, colon)}${value}`;
  return `${/^[^;:]*/.exec(line.slice(0, max.parameters))?.[0]}${value}`;
}

/** The index of the colon before the value; a parameter in quotes may contain others. The length of the line if there is none. */
function endOfParameters(line: string): number {
  let isQuoted = false;
  for (let index = 0; index < line.length; index += 1) {
    const character = line[index];
    if (character === '"') isQuoted = !isQuoted;
    else if (character === ':' && !isQuoted) return index;
  }
  return line.length;
}
