/**
 * The prose check of `npm run check`: finds words and phrases in our files that CONTRIBUTING.md (Language) replaces. It
 * finds words; it cannot judge a sentence.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** A space in a pattern also matches the end of a line with the comment mark of the next one. */
type Replacement = { pattern: RegExp; instead: string };

const replacements: Replacement[] = [
  { pattern: /whoever/i, instead: 'the person, client or process you mean' },
  { pattern: /whatsoever/i, instead: '"any"' },
  { pattern: /somebody/i, instead: '"a person" or "someone"' },
  { pattern: /alone/i, instead: '"only" or "by itself"' },
  { pattern: /anew/i, instead: '"again" or "from the beginning"' },
  { pattern: /once more/i, instead: '"again"' },
  { pattern: /for ever/i, instead: '"forever" or "without limit"' },
  { pattern: /so many/i, instead: 'the number' },
  { pattern: /to be had/i, instead: '"available"' },
  { pattern: /(?:is|are|was|were|be|been)(?: not)? told(?! apart)/i, instead: 'who receives which message' },
  { pattern: /tells? of/i, instead: '"describes" or "reports"' },
  { pattern: /(?:that|where [^.;]{1,40}) (?:is|are) none(?! of)/i, instead: '"invalid" or "missing"' },
  { pattern: /(?:is|are|was|were) away/i, instead: '"unavailable" or "offline"' },
  { pattern: /(?:is|are|was|be|been) heard|unheard/i, instead: '"processed" or "received"' },
  { pattern: /stands? (?:before|behind)/i, instead: 'what precedes or follows what' },
  { pattern: /(?:take|takes|took|taken|taking) back/i, instead: '"undo", "revoke" or "reopen"' },
  { pattern: /let go/i, instead: '"closed"' },
  { pattern: /the house|the rooms?/i, instead: 'the code, folder or module you mean' },
  { pattern: /of one's own|one's (?:last|tasks|inbox)/i, instead: '"your" or "the person\'s"' },
  { pattern: /front[-\s]?door/i, instead: '"gateway"' },
  { pattern: /\w*patience\w*/i, instead: '"timeout"' },
  { pattern: /\w*farewell\w*/i, instead: '"close timeout"' },
  { pattern: /most(?:[A-Z]|_[a-z])\w*/, instead: '"max…"' },
];

const expressions = replacements.map(({ pattern, instead }) => ({
  expression: new RegExp(
    String.raw`\b(?:${pattern.source.replaceAll(' ', String.raw`[\s*#/]+`)})\b`,
    `g${pattern.flags}`,
  ),
  instead,
}));

const readable = /\.(?:ts|tsx|mjs|md|sh|json|ya?ml|sql|html|css)$|(?:^|\/)Dockerfile$/;
/** This list itself, and files that are not rewritten: history, and migrations that have run. */
const exempt =
  /^(?:scripts\/check-prose\.ts|CHANGELOG\.md|bench\/results\/.*|.*package-lock\.json|.*\/migrations\/.*\.sql)$/;

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => readable.test(path) && !exempt.test(path) && existsSync(path));

let found = 0;
for (const path of files) {
  const text = readFileSync(path, 'utf8');
  for (const { expression, instead } of expressions)
    for (const { 0: words, index } of text.matchAll(expression)) {
      found += 1;
      const line = text.slice(0, index).split('\n').length;
      console.log(`${path}:${line}: "${words.replaceAll(/[\s*#/]+/g, ' ')}": write ${instead}`);
    }
}
if (found > 0) console.log(`prose: ${found} places to reword`);
process.exitCode = found === 0 ? 0 : 1;
