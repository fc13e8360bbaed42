import { civilOf, isoWeekday, type Day } from '@rondo/time/calendar';
import { durationText } from './words/times/durations.ts';
import type { Due, Interpretation } from './resolve/interpretation.ts';
import { describeRule } from '@rondo/recurrence/describe-rule';
import { countText, listText, monthName, weekdayName } from '@rondo/recurrence/english';
import type { Rule } from '@rondo/recurrence/rule';
import { clockText, rfc3339 } from '@rondo/time/iso-8601';
import { quote, tagText } from './words/tags.ts';
import { dayOfWall, instantOf, minuteOfWall, wallOf } from '@rondo/time/wall-clock';

/** Writes an interpretation in English, in words that the grammar reads as the same, with all dates in full. */
export function sentenceOf(title: string, interpretation: Interpretation): string {
  const { rule, due, days, minutes, until, count, zone, hasZone } = interpretation;
  const parts: string[] = [];
  const main = [quote(title)];
  if (rule) main.push(ruleSentence(rule, interpretation.fromCompletion));
  else if (due) main.push(`on ${dueText(due, zone, hasZone)}`);
  parts.push(main.join(' '));
  if (rule && due) parts.push(`starting ${dueText(due, zone, hasZone)}`);
  if (interpretation.exdays.length > 0) parts.push(`except ${listText(interpretation.exdays.map(dayText))}`);
  if (until !== undefined) parts.push(`until ${dueText(until, zone, false)}`);
  if (count !== undefined) parts.push(countText(count, 'time'));
  if (days !== undefined) parts.push(`for ${countText(days, 'day')}`);
  if (minutes !== undefined) parts.push(`for ${durationText(minutes, 60)}`);
  for (const reminder of interpretation.reminders) parts.push(`remind me ${reminderText(reminder, zone)}`);
  const tags = tagsText(interpretation);
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

/** The second pass through an hour that the clock shows twice can't be expressed in words. It is written with its offset. */
function momentText(instant: number, zone: string): string {
  const wall = wallOf(instant, zone);
  if (instantOf(wall, zone) !== instant) return rfc3339(instant, zone);
  return `${dayText(dayOfWall(wall))} at ${clockText(minuteOfWall(wall))}`;
}

function reminderText(reminder: Interpretation['reminders'][number], zone: string): string {
  if ('instant' in reminder) return `on ${momentText(reminder.instant, zone)}`;
  if (reminder.minutesBefore === 0) return 'on time';
  return `${durationText(reminder.minutesBefore)} before`;
}

function tagsText({ list, labels, priority }: Interpretation): string {
  const tags = labels.map((label) => tagText('@', label));
  if (list !== undefined) tags.unshift(tagText('#', list));
  if (priority !== undefined) tags.push(`!${priority}`);
  return tags.join(' ');
}
