import { isCapitalised } from './capitals.ts';
import { dayPartOf } from '../times/clock.ts';
import { endsNumber, wordAt, weekdays, type Words } from '../../words.ts';
import { addressesPerson, introducesDay } from './words-before.ts';

const lookAlikes = new Set(['sat', 'sun', 'wed', 'mon', 'tom', 'till']);

/** Whether a word is spelt like a word of time, and is often another one. */
export function isLookAlike(word: string): boolean {
  return lookAlikes.has(word);
}

const pronoun = /^(?:i|he|she|we|they|you|it|who|cat|dog)$/;
const article = /^(?:the|a|an|my|our|his|her|their|your|this)$/;
const afterSat =
  /^(?:on|in|at|by|with|through|next|for|down|there|here|back|around|still|while|because|beside|under)$/;
/** "I sat on my glasses", "sun cream", "mon ami", "they wed in June", "call Tom", "count the till". */
export function isOtherWord(words: Words, at: number): boolean {
  const [before, after] = [wordAt(words, at - 1), wordAt(words, at + 1)];
  const isIntroduced = introducesDay(before);
  switch (wordAt(words, at)) {
    case 'tom':
      return isPerson(words, at);
    case 'till':
      return article.test(before);
    case 'sat': {
      if (isExam(words, at)) return true;
      const isTime = after === 'at' && /^(?:\d.*|noon|midnight|night)$/.test(wordAt(words, at + 2));
      return pronoun.test(before) || (!isIntroduced && afterSat.test(after) && !isTime);
    }
    case 'wed':
      return pronoun.test(before) || before === 'to' || /^(?:them|him|her|your)sel(?:f|ves)$/.test(after);
    case 'mon':
      return (
        !isIntroduced &&
        /^(?:ami|amie|amour|cher|chéri|cheri|coeur|cœur|dieu|petit|père|pere|general)$/.test(after)
      );
    default:
      return (
        sunnyThings.test(after) ||
        /^(?:the|that|a)$/.test(before) ||
        (after === 'and' && !weekdays.has(wordAt(words, at + 2)))
      );
  }
}

const sunnyThings =
  /^(?:cream|screen|glasses|hat|lotion|block|dress|flowers?|rise|set|bed|bath|bathing|burn|burnt|tan|lounger|light|roof|moon|salutations?|spots?|shade|protection|visor|umbrella|dried|kissed|damage|exposure|porch|deck|stroke|god|king|oil)$/;

/** "study for the SAT", "SAT prep". */
function isExam({ tokens }: Words, at: number): boolean {
  const [before, token, after] = [tokens[at - 1]?.word, tokens[at], tokens[at + 1]?.word ?? ''];
  return (
    token?.text === 'SAT' &&
    (before === 'the' || /^(?:prep|tests?|exam|scores?|practice|tutor|words)$/.test(after))
  );
}

/** "call Tom", not "buy milk tom 4pm". */
function isPerson(words: Words, at: number): boolean {
  const token = words.tokens[at];
  if (token !== undefined && isCapitalised(token)) return true;
  // "tom sawyer"
  const isTime =
    endsNumber(words, at + 1) || /^\d/.test(wordAt(words, at + 1)) || dayPartOf(wordAt(words, at + 1));
  return addressesPerson(wordAt(words, at - 1)) || !isTime;
}
