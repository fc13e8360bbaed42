// `node check-asyncapi.js FILE`: prints what @asyncapi/parser finds wrong, a line each, and fails if there is anything.
import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';

const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], 'utf8'));
const findings = diagnostics.filter(({ code }) => code !== 'asyncapi-latest-version');
for (const { code, path, message } of findings)
  process.stdout.write(`${code} ${path.join('.')}: ${message}\n`);
if (!document || findings.length > 0) process.exitCode = 1;
