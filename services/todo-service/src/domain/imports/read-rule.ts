import { parseRule } from '@rondo/recurrence/parse-rule';
import type { Rule } from '@rondo/recurrence/rule';

/**
 * Reads a recurrence rule of a file. Other programs end one with a semicolon, leave parts empty, write an interval of 0, or name the
 * Gregorian calendar (RFC 7529); text after the rule is ignored.
 * @throws RuleError if the rest is no rule
 */
export function readRule(text: string): Rule {
  const [rule = ''] = text.trim().split(/\s/);
  const parts = rule
    .split(';')
    .map((part) => part.replace(/,+$/, ''))
    .filter(
      (part) => part !== '' && !/^(?:[A-Z]+=|INTERVAL=0+|RSCALE=GREGORIAN|SKIP=OMIT|X-.*)$/i.test(part),
    );
  return parseRule(parts.join(';'));
}
