import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { invalidInput } from '@rondo/shared/errors';
import { createPauses } from '@rondo/shared/workers/slices';
import type { Bytes } from './bytes.ts';
import { textLines } from './text-lines.ts';

/** Real exports stay far below. */
const max = { recordCharacters: 256 * 1024, rows: 200_000, commas: 32_000, oddRows: 500 };
/** Some apps write lines before the header. */
export const maxLinesToHeader = 60;
/** The characters that are parsed without a pause. */
const pieceLength = 512;

/** Where the columns of a table are, by their names in lower case. */
export type Columns = ReadonlyMap<string, number>;

/** Reads a cell of a row by the name of its column. A missing one is empty. */
export type Cells = (column: string) => string;

/** Cells without the spaces around them. */
export function trimmed(cell: Cells): Cells {
  return (column) => cell(column).trim();
}

/** A table that an app exports. */
export type TableForm = {
  isHeader: (columns: Columns) => boolean;
  /** Why a file without that header is refused: a sentence about it. */
  refusal: string;
  /** As in `textLines`. */
  onOtherEncoding: (lines: number) => void;
  /** Called between rows. It throws if reading takes too long. */
  checkTime: () => void;
};

/** Reads the names in a line as those of columns. */
export function columnsOf(line: string): Columns {
  return new Map(
    line
      .split(',', max.commas)
      .map((name, index) => [name.trim().replaceAll(/^"|"$/g, '').toLowerCase(), index]),
  );
}

/**
 * Reads the rows of a CSV file (RFC 4180) below its header while its bytes arrive. There may be lines before the header, and some
 * rows may have other lengths.
 * @throws AppError 422 if it is not CSV, has not the header, or has too many rows
 */
export async function* csvRows(bytes: Bytes, form: TableForm): AsyncGenerator<Cells> {
  const parser = parse({
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: max.recordCharacters,
  });
  let columns: Columns = new Map();
  const text = textBelowHeader(bytes, form, (found) => void (columns = found));
  const rows = pipeline(Readable.from(text), parser, () => {
    // The reader of the rows gets the error.
  });
  const pause = createPauses();
  let [count, length, oddRows] = [0, 0, 0];
  try {
    for await (const row of rows as AsyncIterable<string[]>) {
      count += 1;
      if (count > max.rows) throw notCsv(`it has more than ${max.rows} rows`);
      if (count === 1) length = row.length;
      // The parser makes an error object of each, which takes long.
      else if (row.length !== length && ++oddRows > max.oddRows)
        throw notCsv('its rows have different numbers of cells');
      yield (column) => row[columns.get(column) ?? -1] ?? '';
      const turn = pause();
      if (!turn) continue;
      await turn;
      form.checkTime();
    }
  } catch (error) {
    throw error instanceof CsvError ? notCsv(reasons[error.code] ?? 'its rows are not well-formed') : error;
  }
}

async function* textBelowHeader(
  bytes: Bytes,
  { isHeader, refusal, onOtherEncoding }: TableForm,
  onHeader: (columns: Columns) => void,
): AsyncGenerator<string> {
  let [before, isBelow, commas, piece] = [0, false, 0, ''];
  for await (const lines of textLines(bytes, onOtherEncoding))
    for (const line of lines) {
      if (!isBelow) {
        const columns = columnsOf(line);
        isBelow = isHeader(columns);
        before += 1;
        if (isBelow) onHeader(columns);
        else if (before === maxLinesToHeader) throw invalidInput([{ field: 'body', message: refusal }]);
        continue;
      }
      // The parser counts the characters of a row, and not its cells.
      commas += countOf(line, ',');
      if (commas > max.commas) throw notCsv('a line has more than 32,000 commas');
      if (line.endsWith('\n')) commas = 0;
      piece += line;
      while (piece.length > pieceLength) {
        const end = isHighSurrogate(piece.charCodeAt(pieceLength - 1)) ? pieceLength - 1 : pieceLength;
        yield piece.slice(0, end);
        piece = piece.slice(end);
      }
    }
  if (!isBelow) throw invalidInput([{ field: 'body', message: refusal }]);
  yield piece;
}

/** Whether a UTF-16 code unit begins a character of two. The parser reads each piece as UTF-8, so none may end there. */
function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function countOf(text: string, character: string): number {
  let count = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) count += 1;
  return count;
}

const reasons: Record<string, string> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is not closed',
  CSV_MAX_RECORD_SIZE: 'a row is longer than 256 Ki characters; perhaps a quote is not closed',
};

function notCsv(reason: string): Error {
  return invalidInput([{ field: 'body', message: `is not CSV: ${reason}` }]);
}
