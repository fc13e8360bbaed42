import { endsNumber, months, remembered, wordAt, wordsAre, type Words } from '../words.ts';

function setOf(names: string): Set<string> {
  return new Set(names.split(' '));
}

/** Words that change the meaning of the time after them. */
const binding = setOf(
  'before after except excluding unless without skipping since last past previous prior other every each ev not never ' +
    'neither nor from until till through thru than least most about regarding re first second third fourth fifth following between ' +
    'earliest soonest nearly almost hardly barely rarely seldom ever halfway midway preceding',
);
/** As `binding`, but only in a phrase with a recurrence. Otherwise they are words of many titles: "save friday for Ann". */
const bindingRule = setOf(
  'save bar barring besides omitting beyond minus plus versus vs counting including aside apart exception',
);
/** Words that can stand between two times. At the edge of a run they belong to the title. */
const joining = setOf(
  'to or and & , : - – — / of on at the in from for by but a an next this within between as no starting beginning ' +
    'ending starts ends start end then instead rather alternating followed leaving out only if once up later earlier with half ' +
    'and/or either both maybe perhaps possibly',
);
/** Words that say nothing themselves between two times. */
const neutral = setOf('and then & , : - – — ( ) [ ]');
/** Words between a connector and its time: "with the exception of", "except for", "re:". */
const passing = setOf('for from of out than the to :');

/** Words that limit the time before them. */
const limiting = setOf("except excl excluding unless until till til 'til ago");
/** Words that limit a recurrence directly before them; the second group also behind its time of day. */
const limitingRule = setOf('through thru from during between of');
const limitingSeries = setOf(
  'starting beginning commencing since skipping if when whenever provided w/o barring besides omitting instead',
);
const limitingPhrases = phrasesOf(
  'and a half',
  'and a quarter',
  'at the earliest',
  'at the soonest',
  'but not',
  'but one',
  'no earlier',
  'no later',
  'not after',
  'not before',
  'not earlier',
  'not later',
  'up until',
  'until after',
);
const limitingRulePhrases = phrasesOf(
  'a couple more times',
  'a few times',
  'as long as',
  'as needed',
  'bar one',
  'several more times',
  'several times',
  'weather permitting',
  'where possible',
  'while on',
  'apart from',
  'aside from',
  'as from',
  'as of',
  'but never',
  'for a bit',
  'for a while',
  'for now',
  'for some time',
  'for the time being',
  'if not',
  'leaving out',
  'not counting',
  'not including',
  'only if',
  'other than',
  'rather than',
  'up to',
  'with the exception',
);

function phrasesOf(...texts: string[]): string[][] {
  return texts.map((text) => text.split(' '));
}
const allLimitingPhrases = [...limitingPhrases, ...limitingRulePhrases];
const beginsLimit = new Set(allLimitingPhrases.map(([first = '']) => first));

export const isNeutral = (word: string): boolean => neutral.has(word);
export const isPassing = (word: string): boolean => passing.has(word);

/** Whether a word that is part of no clause says something of a time, even if none is beside it. */
export function isConnector(word: string): boolean {
  return binding.has(word) || limiting.has(word) || limitingRule.has(word) || limitingSeries.has(word);
}

/** Whether a word that is part of no clause says something of a time beside it. */
export function isConnectorBeside(word: string): boolean {
  return joins(word) && !neutral.has(word);
}

/** Whether a word can stand between two times of a run. */
export const joins = remembered(
  (word) =>
    joining.has(word) ||
    bindingRule.has(word) ||
    binding.has(word) ||
    limiting.has(word) ||
    beginsLimit.has(word),
);

/** Whether a word changes the meaning of the time after it. */
export function binds(word: string, isRule: boolean): boolean {
  return binding.has(word) || (isRule && bindingRule.has(word));
}

/** Whether a month at an index follows a connector: "every day, not december", "apart from december". "tomorrow to Jan" is a name. */
export function isBoundMonth(words: Words, at: number): boolean {
  const before = wordAt(words, at - 1);
  if (!/^[a-z/]+$/.test(before) || /^(?:and|about|regarding|re|an?|at)$/.test(before)) return false;
  return isShort.test(before)
    ? /^[a-z]/.test(wordAt(words, at - 2)) && joins(wordAt(words, at - 2))
    : joins(before);
}

const isAlternative = /^(?:this|that|next|so|later|earlier|sooner|thereabouts|two|three|\d+)$/;
const isUnknownSpan = /^(?:spring|summer|autumn|fall|winter|(?:19|20)\d\d)$/;
const isFreeTime = /^(?:terms?|holidays?|vacations?)$/;
const isShort = /^(?:to|from|of|for|with|by)$/;

/**
 * Reads words that limit the time before them: "until", "but not"; after a recurrence also "starting", "other than".
 * @param isRule whether the time is part of a recurrence
 * @param isBeside whether the recurrence ends here
 * @returns the index after them; undefined if there are none
 */
export function limitEnd(words: Words, at: number, isRule: boolean, isBeside: boolean): number | undefined {
  const word = wordAt(words, at);
  const phrases = beginsLimit.has(word) ? (isRule ? allLimitingPhrases : limitingPhrases) : [];
  const phrase = phrases.find((expected) => wordsAre(words, at, ...expected));
  if (phrase !== undefined) return at + phrase.length;
  if (limiting.has(word) || (isRule && limitingSeries.has(word))) return at + 1;
  // "this friday or next", "friday or later", "in a week or two"
  if (word === 'or' && isAlternative.test(wordAt(words, at + 1))) return at + 2;
  if (wordsAre(words, at, 'and', 'next') && endsNumber(words, at + 2)) return at + 2;
  const freeTime =
    isRule && /^(?:in|on|outside|bar|save|minus)$/.test(word) ? freeTimeEnd(words, at + 1) : undefined;
  if (freeTime !== undefined || !isBeside) return freeTime;
  // "every friday from home"
  const isPlace = word === 'from' && /^(?:home|work)$/.test(wordAt(words, at + 1));
  if (limitingRule.has(word) && !isPlace) return at + 1;
  if (word === 'in' && isUnknownSpan.test(wordAt(words, at + 1))) return at + 2;
  // "every friday but the last"
  if (word === 'but' && /^(?:the|only|first|last)$/.test(wordAt(words, at + 1))) return at + 2;
  // "every friday 10 more weeks", "every friday times 5", "every monday for october"
  if (/^\d+$/.test(word) && wordAt(words, at + 1) === 'more') return at + 2;
  if (word === 'times' && /^\d+$/.test(wordAt(words, at + 1))) return at + 2;
  if (word === 'for' && months.has(wordAt(words, at + 1)) && endsNumber(words, at + 2)) return at + 2;
  const isLength = word === 'for' && /^(?:times|days|weeks|months|years)$/.test(wordAt(words, at + 2));
  return isLength ? at + 3 : undefined;
}

/** "term time", "the school holidays", "holiday". @returns the index after it */
function freeTimeEnd(words: Words, at: number): number | undefined {
  const start = /^(?:the|of)$/.test(wordAt(words, at)) ? at + 1 : at;
  const noun = wordAt(words, start + 1);
  if (
    /^(?:term|school|bank|public)$/.test(wordAt(words, start)) &&
    (noun === 'time' || isFreeTime.test(noun))
  )
    return start + 2;
  return isFreeTime.test(wordAt(words, start)) ? start + 1 : undefined;
}
