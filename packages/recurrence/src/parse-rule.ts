import { RuleError } from './rule-error.ts';
import { shorthands, type Rule } from './rule.ts';
import {
  readFrequency,
  readList,
  readParts,
  readPositive,
  readUntil,
  readWeekday,
  readWeekdays,
} from './rule-parts.ts';
import { checkRestrictions } from './rule-restrictions.ts';

/**
 * Reads an RRULE value (RFC 5545 section 3.3.10) or one of the shorthands daily, weekly, monthly, yearly. Upper and
 * lower case are the same, as in section 1.2.
 * @throws RuleError if the text is malformed or breaks a restriction of the standard
 */
export function parseRule(text: string): Rule {
  const isShorthand = shorthands.some((word) => word === text);
  const parts = readParts(isShorthand ? `FREQ=${text.toUpperCase()}` : text);
  // Clocks have no leap seconds: second 60 is read as 59 (RFC 5545 section 3.3.12).
  const seconds = readList(parts, 'BYSECOND', 0, 60).map((second) => Math.min(second, 59));
  const rule: Rule = {
    frequency: readFrequency(parts),
    interval: readPositive(parts, 'INTERVAL') ?? 1,
    count: readPositive(parts, 'COUNT'),
    until: readUntil(parts),
    byMonth: readList(parts, 'BYMONTH', 1, 12),
    byWeekNumber: readList(parts, 'BYWEEKNO', -53, 53),
    byYearDay: readList(parts, 'BYYEARDAY', -366, 366),
    byMonthDay: readList(parts, 'BYMONTHDAY', -31, 31),
    byDay: readWeekdays(parts),
    byHour: readList(parts, 'BYHOUR', 0, 23),
    byMinute: readList(parts, 'BYMINUTE', 0, 59),
    bySecond: [...new Set(seconds)],
    bySetPosition: readList(parts, 'BYSETPOS', -366, 366),
    weekStart: readWeekday(parts, 'WKST') ?? 1,
  };
  checkRestrictions(rule, (name, reason) => new RuleError(reason, parts.get(name)?.position ?? 0));
  return rule;
}
