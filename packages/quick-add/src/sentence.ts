import { civilOf, isoWeekday, type Day } from '@rondo/time/calendar';
import { durationText } from './duration-words.ts';
import type { Due, Meaning } from './meaning.ts';
import { describeRule } from '@rondo/recurrence/describe-rule';
import type { Rule } from '@rondo/recurrence/rule';
import { countText, monthName, weekdayName } from '@rondo/recurrence/english';
import { clockText, rfc3339 } from '@rondo/time/iso-8601';
import { quote, tagText } from './tag-words.ts';
import { dayOfWall, instantOf, minuteOfWall, wallOf } from '@rondo/time/wall-clock';

/** Reads a meaning back in English, in words of the grammar that mean the same, with every date in full. */
export function sentenceOf(title: string, meaning: Meaning): string {
  const { rule, due, days, minutes, until, count, zone, has_zone } = meaning;
  const parts: string[] = [];
  const main = [quote(title)];
  if (rule) main.push(ruleSentence(rule, meaning.from_completion));
  else if (due) main.push(`on ${dueText(due, zone, has_zone)}`);
  parts.push(main.join(' '));
  if (rule && due) parts.push(`starting ${dueText(due, zone, has_zone)}`);
  if (until !== undefined) parts.push(`until ${dayText(until)}`);
  if (count !== undefined) parts.push(countText(count, 'time'));
  if (days !== undefined) parts.push(`for ${countText(days, 'day')}`);
  if (minutes !== undefined) parts.push(`for ${durationText(minutes, 60)}`);
  for (const reminder of meaning.reminders) parts.push(`remind me ${reminderText(reminder, zone)}`);
  const tags = tagsText(meaning);
  if (tags !== '') parts.push(tags);
  return parts.join(', ');
}

/** "every! 3 days": the grammar marks a recurrence from completion with an exclamation mark. */
function ruleSentence(rule: Rule, fromCompletion: boolean): string {
  const sentence = describeRule(rule, null);
  return fromCompletion ? sentence.replace('every', 'every!') : sentence;
}

function dueText(due: Due, zone: string, hasZone: boolean): string {
  if ('day' in due) return dayText(due.day);
  return `${momentText(due.instant, zone)}${hasZone ? ` ${zone}` : ''}`;
}

/** "Sunday 22 November 2026". */
function dayText(day: Day): string {
  const { year, month, date } = civilOf(day);
  return `${weekdayName(isoWeekday(day))} ${date} ${monthName(month)} ${year}`;
}

/** The second pass through an hour that the clock shows twice has no name in words: it is told by its offset. */
function momentText(instant: number, zone: string): string {
  const wall = wallOf(instant, zone);
  if (instantOf(wall, zone) !== instant) return rfc3339(instant, zone);
  return `${dayText(dayOfWall(wall))} at ${clockText(minuteOfWall(wall))}`;
}

function reminderText(reminder: Meaning['reminders'][number], zone: string): string {
  if ('instant' in reminder) return `on ${momentText(reminder.instant, zone)}`;
  if (reminder.minutes_before === 0) return 'on time';
  return `${durationText(reminder.minutes_before)} before`;
}

function tagsText({ list, labels, priority }: Meaning): string {
  const tags = labels.map((label) => tagText('@', label));
  if (list !== undefined) tags.unshift(tagText('#', list));
  if (priority !== undefined) tags.push(`!${priority}`);
  return tags.join(' ');
}
