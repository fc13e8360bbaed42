import type ICAL from 'ical.js';

/**
 * The name of RRULE while a file is parsed. ical.js parses rules with the file, so one invalid rule would fail all of it.
 * Under another name, rules are text, and each is validated with its entry.
 */
export const ruleName = 'x-rondo-read-rrule';

/**
 * The values of a property as text. The library's accessor parses them by their VALUE parameter, which the file chooses,
 * and throws if they do not match.
 */
export function valuesOf(property: ICAL.Property): string[] {
  return (property.toJSON() as unknown[]).slice(3).map((value) => String(value).trim());
}

/** The first value of a property as trimmed text; undefined if it is missing or blank. */
export function textOf(component: ICAL.Component, name: string): string | undefined {
  const property = component.getFirstProperty(name);
  return (property && valuesOf(property)[0]) || undefined;
}
