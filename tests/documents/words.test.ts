import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parseQuickAdd } from '@rondo/quick-add/parse-quick-add';
import { rowsOf } from '@rondo/shared/test/document-tables';

const page = 'docs/words.md';
const text = readFileSync(join(import.meta.dirname, '../..', page), 'utf8');
const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading);

const now = '2026-09-16T10:00:00+02:00';
const timeZone = 'Europe/Berlin';

for (const heading of headings) {
  describe(heading, () => {
    for (const [phrase = '', order, ...expected] of rowsOf(page, heading)) {
      test(`"${phrase}"${order === 'dmy' ? ', day first' : ''}`, () => {
        const context = { now, timeZone, dateOrder: order === 'dmy' ? ('dmy' as const) : ('mdy' as const) };
        const { draft, sentence, unread } = parseQuickAdd(phrase, context);
        const { title, start = '', due_date: due = '', recurrence_rule: rule, exdates = [] } = draft;
        const basis = draft.recurrence_basis ? ' after completion' : '';
        const leftOut = exdates.join(', ');
        const notRead = unread.map((one) => one.text).join('; ');
        const got = [title, start, due, rule ? `\`${rule}\`${basis}` : '', leftOut, notRead];
        assert.deepEqual(got, expected);
        assert.deepEqual(parseQuickAdd(sentence, context).draft, draft, sentence);
      });
    }
  });
}
