import { Temporal } from 'temporal-polyfill';
import { defaultPolicies, type Series } from '../../src/occurrences.ts';

/** A series with the default policies, unless the test sets others. */
export function seriesOf(rule: string, rest: Partial<Series> & { anchor: string }): Series {
  return { rule, rdates: [], exdates: [], timeZone: null, policies: defaultPolicies, ...rest };
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The plain dates of a short list in the style of RFC 5545: `1997 Sep 2,9 Oct 1-3 1998 Jan 5`. */
export function datesOf(list: string): string[] {
  const dates: string[] = [];
  let [year, month] = ['', ''];
  for (const word of list.split(/\s+/)) {
    if (/^\d{4}$/.test(word)) year = word;
    else if (months.includes(word)) month = String(months.indexOf(word) + 1).padStart(2, '0');
    else dates.push(...daysOf(word).map((day) => `${year}-${month}-${day}`));
  }
  return dates;
}

function daysOf(word: string): string[] {
  return word.split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => String(first + index).padStart(2, '0'));
  });
}

/** The instants of plain date-times in a zone, computed by Temporal: a gap shifts forward, an overlap takes the first. */
export function instantsIn(timeZone: string, plain: string[]): string[] {
  return plain.map((text) =>
    Temporal.PlainDateTime.from(text).toZonedDateTime(timeZone).toString({ timeZoneName: 'never' }),
  );
}
