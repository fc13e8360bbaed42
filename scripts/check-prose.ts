/**
 * `npm run check`, the part about language: finds wording that CONTRIBUTING.md (Language) replaces. It reads
 * documents, comments, strings and scripts; it can't judge a sentence, only find words.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

type Fault = { pattern: RegExp; instead: string };

const faults: Fault[] = [
  { pattern: /\bwhoever\b/i, instead: 'the person, client or process meant' },
  { pattern: /\bwhatsoever\b/i, instead: '"any"' },
  { pattern: /\bsomebody\b/i, instead: '"a person" or "someone"' },
  { pattern: /\balone\b/i, instead: '"only", or "by itself"' },
  { pattern: /\b(?:is|are|was|were|be) told\b/i, instead: 'who gets which message' },
  { pattern: /\b(?:that|where [^.;]{1,40}) (?:is|are) none\b/i, instead: '"invalid" or "missing"' },
  { pattern: /\bso many\b/i, instead: 'the number' },
  { pattern: /patience/i, instead: '"timeout"' },
  { pattern: /farewell/i, instead: '"close timeout"' },
  { pattern: /\b(?:is|are|was|be|been) heard\b|\bunheard\b/i, instead: '"processed" or "received"' },
  { pattern: /\b(?:take|takes|took|taken|taking) back\b/i, instead: '"undo", "revoke" or "reopen"' },
  { pattern: /\blet go\b/i, instead: '"closed"' },
  { pattern: /\bthe house\b|\bthe rooms?\b/i, instead: 'the code, folder or module meant' },
  { pattern: /\bof one's own\b|\bone's (?:last|tasks|inbox)\b/i, instead: '"your" or "the person\'s"' },
  { pattern: /\bfront[ -]?door\b/i, instead: '"gateway"' },
  {
    pattern: /\bmost(?:Bytes|Reminders|Shown|Days|Waiting|Channels|Lines|Length|[A-Z][a-z]+)\b/,
    instead: '"max…"',
  },
];

/** Files that show faults on purpose. */
const exempt = /^(?:scripts\/check-prose\.ts|CHANGELOG\.md|LICENSE|package-lock\.json|bench\/results\/)/;
const readable = /\.(?:ts|tsx|mjs|md|sh|ya?ml|sql|html|css)$|(?:^|\/)Dockerfile$/;

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => readable.test(path) && !exempt.test(path) && !/\/migrations\/.*\.sql$/.test(path));

let found = 0;
for (const path of files) {
  for (const [index, text] of readFileSync(path, 'utf8').split('\n').entries()) {
    for (const { pattern, instead } of faults) {
      const [words] = pattern.exec(text) ?? [];
      if (words === undefined) continue;
      found += 1;
      console.log(`${path}:${index + 1}: "${words}": write ${instead}`);
    }
  }
}
if (found > 0) console.log(`${found} places to reword`);
process.exitCode = found === 0 ? 0 : 1;
