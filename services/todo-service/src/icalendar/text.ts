import type ICAL from 'ical.js';

/**
 * What RRULE is called while a file is read. One rule that is none would cost the whole file, because ical.js reads
 * rules before anybody can look at an entry: under another name they are text, and each is judged with its entry.
 */
export const ruleName = 'x-rondo-read-rrule';

/** The file with its rules as text. A line begins after a line feed alone, which `^` with `m` takes less strictly. */
export function withRulesAsText(text: string): string {
  return text.replaceAll(/(?<=^|\n)RRULE(?=[:;])/gi, ruleName);
}

/**
 * The values of a property as text. The library's own way reads them by their VALUE, which a file may choose, and throws
 * at what it does not expect.
 */
export function valuesOf(property: ICAL.Property): string[] {
  return (property.toJSON() as unknown[]).slice(3).map((value) => String(value).trim());
}

/** The first value of a property as text; undefined where nothing is left without the white space around it. */
export function textOf(component: ICAL.Component, name: string): string | undefined {
  const property = component.getFirstProperty(name);
  return (property && valuesOf(property)[0]) || undefined;
}
