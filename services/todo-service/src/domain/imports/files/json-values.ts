import { Tokenizer, TokenizerError, TokenType } from '@streamparser/json';
import { invalidInput } from '@rondo/shared/errors';
import { createPauses } from '@rondo/shared/workers/slices';
import type { Bytes } from './bytes.ts';

export type JsonPath = readonly (string | number)[];

/** The bytes that are read without a pause, and limits of the memory of a hostile file. Real ones stay far below. */
const max = { pieceBytes: 512, tokenBytes: 4 * 1024 * 1024, depth: 100, tokensOfValue: 200_000 };

/**
 * Reads some values of a JSON document (RFC 8259) while its bytes arrive. The rest of the document is not kept.
 * @param isWanted whether the value at a path is read; what is in it is then not asked for
 * @throws AppError 422 if it is not JSON
 */
export async function readJson(
  bytes: Bytes,
  {
    isWanted,
    onValue,
  }: { isWanted: (path: JsonPath) => boolean; onValue: (path: JsonPath, value: unknown) => void },
): Promise<void> {
  const tokenizer = new Tokenizer({ stringBufferSize: 64 * 1024 });
  const builder = createBuilder(isWanted, onValue);
  let [read, lastToken] = [0, 0];
  tokenizer.onToken = ({ token, value, offset }) => {
    lastToken = offset;
    builder.take(token, value);
  };
  const pause = createPauses();
  try {
    for await (const chunk of bytes)
      for (let from = 0; from < chunk.length; from += max.pieceBytes) {
        const piece = chunk.subarray(from, from + max.pieceBytes);
        tokenizer.write(read === 0 ? withoutMark(piece) : piece);
        read += piece.length;
        if (read - lastToken > max.tokenBytes) throw notJson('a text is longer than 4 MiB');
        const turn = pause();
        if (turn) await turn;
      }
    if (!tokenizer.isEnded) tokenizer.end();
  } catch (error) {
    if (error instanceof TokenizerError) throw notJson('its syntax is wrong');
    throw isOtherEncoding(error) ? notJson('it is not in UTF-8') : error;
  }
  builder.end();
}

function isOtherEncoding(error: unknown): boolean {
  return error instanceof TypeError && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA';
}

/** Without the byte order mark that some editors write. */
function withoutMark(piece: Uint8Array): Uint8Array {
  return piece[0] === 0xef && piece[1] === 0xbb && piece[2] === 0xbf ? piece.subarray(3) : piece;
}

type Container = {
  isArray: boolean;
  key: string | number;
  value: unknown[] | Record<string, unknown> | undefined;
};

/** Builds the wanted values of the tokens of a document. */
function createBuilder(
  isWanted: (path: JsonPath) => boolean,
  onValue: (path: JsonPath, value: unknown) => void,
) {
  const open: Container[] = [];
  let expected: 'value' | 'key' | 'colon' | 'comma' | 'nothing' = 'value';
  let isEmpty = false;
  let tokens = 0;
  const path = () => open.map(({ key }) => key);

  function begin(isArray: boolean): void {
    if (open.length >= max.depth) throw notJson('it is nested too deeply');
    const parent = open.at(-1);
    const isKept = parent ? parent.value !== undefined || isWanted(path()) : isWanted([]);
    if (isKept && parent?.value === undefined) tokens = 0;
    // Without a prototype: a key may be "__proto__".
    const value = isKept ? (isArray ? [] : (Object.create(null) as Record<string, unknown>)) : undefined;
    open.push({ isArray, key: isArray ? 0 : '', value });
    expected = isArray ? 'value' : 'key';
    isEmpty = true;
  }

  function end(isArray: boolean): void {
    const ended = open.pop();
    const mayEnd = expected === 'comma' || isEmpty;
    if (!ended || ended.isArray !== isArray || !mayEnd) throw notJson('its syntax is wrong');
    isEmpty = false;
    complete(ended.value, ended.value !== undefined);
  }

  /** @param isKept whether a container was built; what is no container is judged here */
  function complete(value: unknown, isKept: boolean): void {
    const parent = open.at(-1);
    expected = parent ? 'comma' : 'nothing';
    if (!isKept) return;
    if (parent?.value === undefined) return onValue(path(), value);
    if (Array.isArray(parent.value)) parent.value.push(value);
    else parent.value[parent.key] = value;
  }

  return {
    take(token: TokenType, value: unknown): void {
      tokens += 1;
      if (tokens > max.tokensOfValue && open.some(({ value: built }) => built !== undefined))
        throw notJson('an entry of it is too large');
      if (token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET)
        return end(token === TokenType.RIGHT_BRACKET);
      const current = open.at(-1);
      if (token === TokenType.COMMA && expected === 'comma' && current) {
        if (typeof current.key === 'number') current.key += 1;
        expected = current.isArray ? 'value' : 'key';
        return;
      }
      if (token === TokenType.COLON && expected === 'colon') return void (expected = 'value');
      if (token === TokenType.STRING && expected === 'key' && current) {
        isEmpty = false;
        current.key = String(value);
        expected = 'colon';
        return;
      }
      if (expected !== 'value' || token === TokenType.COMMA || token === TokenType.COLON)
        throw notJson('its syntax is wrong');
      if (token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET)
        return begin(token === TokenType.LEFT_BRACKET);
      isEmpty = false;
      complete(value, current ? current.value !== undefined || isWanted(path()) : isWanted([]));
    },
    end(): void {
      if (expected !== 'nothing') throw notJson('it ends too early');
    },
  };
}

function notJson(reason: string): Error {
  return invalidInput([{ field: 'body', message: `is not JSON: ${reason}` }]);
}
