import { civilOf, weekdayOf, type Day } from '@rondo/time/calendar';
import { durationText } from './words/durations.ts';
import type { Due, Meaning } from './resolve/interpretation.ts';
import { ruleText } from './recurrence-rule.ts';
import { quote, tagText } from './words/tags.ts';
import { clockText, instantOf, rfc3339, wallOf } from '@rondo/time/wall-clock';
import { countText, monthNames, weekdayNames } from './words.ts';

/** Reads a meaning back in English, in words of the grammar that mean the same, with every date in full. */
export function sentenceOf(title: string, meaning: Meaning): string {
  const { rule, due, days, minutes, until, count, zone, has_zone } = meaning;
  const parts: string[] = [];
  const main = [quote(title)];
  if (rule) main.push(ruleText(rule, meaning.from_completion));
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

function dueText(due: Due, zone: string, hasZone: boolean): string {
  if ('day' in due) return dayText(due.day);
  return `${momentText(due.instant, zone)}${hasZone ? ` ${zone}` : ''}`;
}

/** "Sunday 22 November 2026". */
function dayText(day: Day): string {
  const { year, month, date } = civilOf(day);
  return `${weekdayNames[weekdayOf(day)]} ${date} ${monthNames[month - 1]} ${year}`;
}

/** The second pass through an hour that the clock shows twice has no name in words: it is told by its offset. */
function momentText(instant: number, zone: string): string {
  const wall = wallOf(instant, zone);
  if (instantOf(wall, zone) !== instant) return rfc3339(instant, zone);
  return `${dayText(wall.day)} at ${clockText(wall.minute)}`;
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
