import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseQuickAdd } from '../../src/parse-quick-add.ts';
import type { QuickAdd, QuickAddContext } from '@rondo/shared/contracts/quick-add';

type Fields = Omit<QuickAdd['draft'], 'title'>;

/** A phrase, the title that is left of it, and the fields that its words gave. */
export type Phrase = [phrase: string, title: string, fields?: Fields];

/** Wednesday 18 November 2026, 11:00 in Berlin, an hour ahead of UTC. */
export const wednesday: QuickAddContext = { now: '2026-11-18T10:00:00Z', time_zone: 'Europe/Berlin' };

/** One test for each phrase: what it gives, and that its sentence gives the same. */
export function testPhrases(phrases: Phrase[], context = wednesday): void {
  for (const [phrase, title, fields = {}] of phrases) {
    test(phrase, () => {
      const { draft, sentence } = parseQuickAdd(phrase, context);
      assert.deepEqual(draft, { title, ...fields });
      assert.deepEqual(parseQuickAdd(sentence, context).draft, draft, sentence);
    });
  }
}
