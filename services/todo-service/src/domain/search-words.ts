/** What stands between two spaces of a text, such as `photo-DS7604.png`. */
export type Chunk = {
  runs: Run[];
  /** All runs together, `photods7604png`; absent if there is only one, if they are too long, or if one is paired. */
  whole?: string;
};

/**
 * Letters and digits without anything between them. `DS7604` has the parts `ds` and `7604`, and the whole `ds7604`. A run of
 * characters that are written without spaces, such as Chinese, has overlapping pairs and its last character: `買牛奶` is `買牛`,
 * `牛奶`, `奶`.
 */
export type Run = { parts: string[]; whole: string; isPaired: boolean };

/** The most characters of a word. Longer ones are cut, in texts and in queries alike. */
const maxWordLength = 60;

const ascii = /^[\p{ASCII}]*$/u;
/**
 * Marks that Unicode's collation ignores at its first level: accents, and vowel points that people leave out. The sound marks of kana
 * (U+3099, U+309A) make another letter: カス is no ガス.
 */
const ignoredMarks =
  /[[\p{M}&&[\p{Script=Inherited}\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}]]--[\u3099\u309a]]/gv;
/** Letters with an accent that Unicode doesn't decompose, and the sigma at the end of a word. */
const undecomposed: Record<string, string> = {
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ŧ: 't',
  ı: 'i',
  æ: 'ae',
  œ: 'oe',
  ß: 'ss',
  þ: 'th',
  ς: 'σ',
};
const undecomposedLetters = /[øłđðħŧıæœßþς]/g;
/** Letters of a script that is written without spaces between words. Korean has spaces, but joins words and particles. */
const unspacedLetter = String.raw`[[\p{L}\p{M}]&&[\p{scx=Han}\p{scx=Hangul}\p{scx=Hiragana}\p{scx=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]]`;
/** Such letters; or other letters and digits. */
const runPattern = new RegExp(String.raw`${unspacedLetter}+|[[\p{L}\p{M}\p{N}]--${unspacedLetter}]+`, 'gv');
const hangul = /\p{Script=Hangul}/u;
const unspaced = new RegExp(`^${unspacedLetter}`, 'v');
const lettersOrDigits = /\p{N}+|[^\p{N}]+/gu;
const spaces = /\s+/;
// The patterns of most titles, which are faster than those above.
const asciiRun = /[a-z0-9]+/g;
const lettersOnly = /^[a-z]+$/;

/** A text in lower case, in compatible forms and without accents (NFKD without marks): `Ｒené` is `rene`. */
export function folded(text: string): string {
  if (ascii.test(text)) return text.toLowerCase();
  return text
    .normalize('NFKD')
    .replace(ignoredMarks, '')
    .toLowerCase()
    .replace(undecomposedLetters, (letter) => undecomposed[letter] ?? letter);
}

/**
 * Splits a text into what a search finds, in order. The index and a query both use this function. Everything that is neither a
 * letter nor a digit only separates.
 */
export function chunksOf(text: string): Chunk[] {
  const chunks: Chunk[] = [];
  const isAscii = ascii.test(text);
  // Composed, so that a syllable of Hangul and a kana with its mark are one character each.
  const composed = isAscii ? folded(text) : folded(text).normalize('NFC');
  for (const between of composed.split(spaces)) {
    const texts = between.match(isAscii ? asciiRun : runPattern);
    if (texts) chunks.push(chunkOf(texts, isAscii));
  }
  return chunks;
}

function chunkOf(texts: string[], isAscii: boolean): Chunk {
  const runs = texts.map((text) => runOf(text, isAscii));
  if (runs.length === 1 || runs.some(({ isPaired }) => isPaired)) return { runs };
  const whole = texts.join('');
  return whole.length > maxWordLength ? { runs } : { runs, whole };
}

function runOf(text: string, isAscii: boolean): Run {
  const whole = cut(text);
  if (isAscii && lettersOnly.test(whole)) return { parts: [whole], whole, isPaired: false };
  if (isAscii || !unspaced.test(text))
    return { parts: whole.match(lettersOrDigits) ?? [], whole, isPaired: false };
  const characters = Array.from(text);
  const parts = characters.map((character, index) => spelled(character + (characters[index + 1] ?? '')));
  return { parts, whole, isPaired: true };
}

/** Hangul by its letters: a syllable that is not typed to its end is the beginning of a word. */
function spelled(pair: string): string {
  return hangul.test(pair) ? pair.normalize('NFD') : pair;
}

/** Cut text has no half of a surrogate pair, which JSON can't carry. */
function cut(word: string): string {
  return word.length <= maxWordLength ? word : word.slice(0, maxWordLength).toWellFormed();
}
