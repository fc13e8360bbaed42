import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseQuickAdd } from '@rondo/quick-add/parse-quick-add';
import { rowsOf } from '@rondo/shared/test/document-tables';

const context = { now: '2026-11-21T10:00:00+01:00', timeZone: 'Europe/Berlin' };

for (const [phrase = '', due] of rowsOf('docs/time.md', 'In words')) {
  test(`"${phrase}" is ${due}`, () => {
    assert.equal(parseQuickAdd(`thing ${phrase}`, context).draft.due_date, due);
  });
}
