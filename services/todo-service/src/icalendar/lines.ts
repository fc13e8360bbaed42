const lineFeed = 10;
const carriageReturn = 13;
const isFold = (byte: number | undefined) => byte === 32 || byte === 9;

/**
 * Longer values are cut, and longer parameters are left out: no field of a task is that long, and ical.js compares each
 * parameter with the rest of its line. Bytes of a line beyond `line` are dropped as they arrive.
 */
const max = { value: 65_536, parameters: 4_096, line: 512 * 1024 };

/** Splits the bytes of a file into lines, as they arrive. */
export type LineReader = {
  /** The lines that are complete with these bytes. */
  push: (bytes: Uint8Array) => Generator<string>;
  /** The last line, at the end of the file. */
  end: () => Generator<string>;
  /** How many lines were not UTF-8. */
  readonly otherEncodings: number;
};

/**
 * Reads the content lines of an iCalendar file, unfolded (RFC 5545 section 3.1), without empty ones. Folds are undone in
 * bytes, because one may be inside a character. A line that is not UTF-8 is read as Windows-1252, which old exporters write.
 */
export function createLineReader(): LineReader {
  const line = Buffer.allocUnsafe(max.line);
  const windows1252 = new TextDecoder('windows-1252');
  let [length, isStart, isFirst, otherEncodings] = [0, true, true, 0];

  function decoded(): string {
    const bytes = line.subarray(0, length);
    const text = bytes.toString('utf8');
    // A line that was cut may end inside a character.
    if (length === max.line || !text.includes('\uFFFD') || Buffer.from(text).equals(bytes)) return text;
    otherEncodings += 1;
    return windows1252.decode(bytes);
  }

  function* end(): Generator<string> {
    if (length === 0) return;
    const text = decoded();
    length = 0;
    if (text.trim() === '') return;
    yield bounded(isFirst ? text.replace(/^[\uFEFF \t]+/, '') : text);
    isFirst = false;
  }

  function* push(bytes: Uint8Array): Generator<string> {
    let from = 0;
    while (from < bytes.length) {
      if (isStart) {
        isStart = false;
        if (isFold(bytes[from])) from += 1;
        else if (length > 0) yield* end();
      }
      const found = bytes.indexOf(lineFeed, from);
      const to = found < 0 ? bytes.length : found;
      const kept = Math.min(to, from + max.line - length);
      line.set(bytes.subarray(from, kept), length);
      length += kept - from;
      from = to + 1;
      isStart = found >= 0;
      if (isStart) while (length > 0 && line[length - 1] === carriageReturn) length -= 1;
    }
  }

  return {
    push,
    end,
    get otherEncodings() {
      return otherEncodings;
    },
  };
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
