import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseQuickAdd } from '../../src/parse-quick-add.ts';
import type { QuickAddContext, QuickAddDraft } from '../../src/quick-add.ts';

type Fields = Omit<QuickAddDraft, 'title'>;

/** A phrase, the expected title, and the other expected fields of the draft. */
export type Phrase = [phrase: string, title: string, fields?: Fields];

/** Wednesday 18 November 2026, 11:00 in Berlin (UTC+1). */
export const wednesday: QuickAddContext = { now: '2026-11-18T10:00:00Z', timeZone: 'Europe/Berlin' };

/** Defines a test for each phrase: it gives the expected draft, and its sentence gives the same draft. */
export function testPhrases(phrases: Phrase[], context = wednesday): void {
  for (const [phrase, title, fields = {}] of phrases) {
    test(phrase, () => {
      const { draft, sentence } = parseQuickAdd(phrase, context);
      assert.deepEqual(draft, { title, ...fields });
      assert.deepEqual(parseQuickAdd(sentence, context).draft, draft, sentence);
    });
  }
}
