import { invalidInput } from '@rondo/shared/errors';
import { createPauses } from '@rondo/shared/workers/slices';
import type { Bytes } from './bytes.ts';

/** The bytes that are decoded without a pause. A longer line comes in several pieces. */
const pieceBytes = 64 * 1024;
const lineFeed = 10;

/**
 * Decodes the lines of a text while its bytes arrive, some at a time, each with its line break. A line that is not UTF-8 is read as
 * Windows-1252, which old programs write.
 * @param onOtherEncoding called at the end with the number of lines that were not UTF-8, if there are some
 * @throws AppError 422 if it is no text
 */
export async function* textLines(
  bytes: Bytes,
  onOtherEncoding: (lines: number) => void,
): AsyncGenerator<string[]> {
  const decoder = createDecoder();
  let rest = Buffer.alloc(0);
  const pause = createPauses();
  for await (const chunk of bytes)
    for (let from = 0; from < chunk.length; from += pieceBytes) {
      const piece = Buffer.concat([rest, chunk.subarray(from, from + pieceBytes)]);
      const end = endOfLines(piece);
      rest = piece.subarray(end);
      if (end > 0) yield decoder.decode(piece.subarray(0, end));
      const turn = pause();
      if (turn) await turn;
    }
  if (rest.length > 0) yield decoder.decode(rest);
  if (decoder.otherLines > 0) onOtherEncoding(decoder.otherLines);
}

/** Where the last line ends; in the middle of one that is too long, but never inside a character. */
function endOfLines(piece: Uint8Array): number {
  const end = piece.lastIndexOf(lineFeed) + 1;
  if (end > 0 || piece.length < pieceBytes) return end;
  let cut = piece.length;
  while (cut > piece.length - 3 && isContinuation(piece[cut - 1])) cut -= 1;
  return (piece[cut - 1] ?? 0) >= 0xc0 ? cut - 1 : cut;
}

/** Whether a byte of UTF-8 goes on with a character. */
function isContinuation(byte = 0): boolean {
  return byte >= 0x80 && byte < 0xc0;
}

function createDecoder() {
  const windows1252 = new TextDecoder('windows-1252');
  let isFirst = true;
  let otherLines = 0;

  function decoded(bytes: Buffer): string {
    const text = bytes.toString('utf8');
    if (!text.includes('\uFFFD') || Buffer.from(text).equals(bytes)) return text;
    const at = bytes.indexOf(lineFeed) + 1;
    if (at > 0 && at < bytes.length)
      return linesOf(bytes)
        .map((line) => decoded(line))
        .join('');
    otherLines += 1;
    return windows1252.decode(bytes);
  }

  return {
    get otherLines() {
      return otherLines;
    },
    decode(bytes: Buffer): string[] {
      let text = decoded(bytes);
      if (isFirst) text = text.replace(/^\uFEFF/, '');
      isFirst = false;
      if (text.includes('\0'))
        throw invalidInput([{ field: 'body', message: 'is not text in UTF-8: it has NUL characters' }]);
      return splitLines(text);
    },
  };
}

function splitLines(text: string): string[] {
  const lines: string[] = [];
  for (let from = 0; from < text.length;) {
    const to = text.indexOf('\n', from) + 1 || text.length;
    lines.push(text.slice(from, to));
    from = to;
  }
  return lines;
}

function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < bytes.length;) {
    const to = bytes.indexOf(lineFeed, from) + 1 || bytes.length;
    lines.push(bytes.subarray(from, to));
    from = to;
  }
  return lines;
}
