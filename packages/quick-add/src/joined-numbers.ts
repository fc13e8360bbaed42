import type { Token } from './token.ts';

const tens = new Set('twenty thirty forty fifty sixty seventy eighty ninety'.split(' '));
const units = new Set(
  'one two three four five six seven eight nine first second third fourth fifth sixth seventh eighth ninth'.split(
    ' ',
  ),
);

const timeUnit = /^(?:min|mins|minutes?|h|hrs?|hours?|days?|weeks?|months?|quarters?|years?)$/;
/** "1/2", "½", "2½" and "2½h". */
const fraction = /^(?:([13]\/[24])|(\d{0,3})([½¼¾])(h|hrs?|min)?)$/;
const decimals = new Map([
  ['½', '.5'],
  ['1/2', '.5'],
  ['¼', '.25'],
  ['1/4', '.25'],
  ['¾', '.75'],
  ['3/4', '.75'],
]);

/** A fast check before the others. */
function isPart(word: string): boolean {
  if (word.charCodeAt(0) > 57 && word.charCodeAt(0) < 188) return word.endsWith('ty') && tens.has(word);
  return fraction.test(word);
}

/** The word of a number and the index after its tokens. */
type Joined = { word: string; next: number } | undefined;

/** Makes one token of a number in several: "twenty third", and before a unit of time "1 1/2", "2½" and "3/4 of an". */
export function joinNumbers(parts: Token[], text: string): Token[] {
  if (!parts.some(({ word }) => isPart(word))) return parts;
  const tokens: Token[] = [];
  for (let at = 0; at < parts.length; at += 1) {
    const first = parts[at];
    if (first === undefined) break;
    const joined = joinTens(parts, at) ?? joinFraction(parts, at);
    const last = joined && parts[joined.next - 1];
    if (joined === undefined || last === undefined) {
      tokens.push(first);
      continue;
    }
    const written = text.slice(first.start, last.end).replaceAll(/\s+/g, ' ');
    tokens.push({ ...first, word: joined.word, text: written, end: last.end });
    at = joined.next - 1;
  }
  return tokens;
}

function joinTens(parts: Token[], at: number): Joined {
  const [ten = '', unit = ''] = [parts[at]?.word, parts[at + 1]?.word];
  return tens.has(ten) && units.has(unit) ? { word: `${ten}-${unit}`, next: at + 2 } : undefined;
}

/** Reads "1 1/2", "1 and ½", "½ an" and "3/4 of an" before a unit of time. */
function joinFraction(parts: Token[], at: number): Joined {
  const wordOf = (index: number) => parts[index]?.word ?? '';
  const isWhole = /^\d{1,3}$/.test(wordOf(at));
  const partAt = isWhole ? (wordOf(at + 1) === 'and' ? at + 2 : at + 1) : at;
  const [, slashed, attached = '', sign = '', unit] = fraction.exec(wordOf(partAt)) ?? [];
  const decimal = decimals.get(slashed ?? sign);
  if (decimal === undefined || (isWhole && attached !== '')) return undefined;
  const whole = isWhole ? wordOf(at) : attached || '0';
  if (unit !== undefined) return { word: `${whole}${decimal}${unit}`, next: partAt + 1 };
  const ofAt = wordOf(partAt + 1) === 'of' ? partAt + 2 : partAt + 1;
  const next = /^an?$/.test(wordOf(ofAt)) ? ofAt + 1 : partAt + 1;
  return timeUnit.test(wordOf(next)) ? { word: `${whole}${decimal}`, next } : undefined;
}
