import fc, { type Arbitrary } from 'fast-check';
import { storableText, TimeZone, visibleText } from '@rondo/shared/contracts/scalars';
import { RuleText } from '@rondo/shared/contracts/task';

type Schema = Record<string, unknown>;

/** Texts that a schema admits and only a part of which means something: they are mixed with known ones. */
const known: Record<string, string[]> = {
  [keyOf({ ...TimeZone })]: [
    'Europe/Berlin',
    'Pacific/Kiritimati',
    'America/St_Johns',
    'UTC',
    'Asia/Kathmandu',
  ],
  [keyOf({ ...RuleText })]: [
    'FREQ=DAILY',
    'FREQ=WEEKLY;BYDAY=MO,FR',
    'FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3',
    'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29',
    'FREQ=MONTHLY;UNTIL=20300101T000000Z',
  ],
};

function keyOf({ pattern, minLength }: Schema): string {
  return `${String(pattern)} ${String(minLength)}`;
}

/** Values that a schema admits, with a preference for those at its bounds. @param ids mixed into the UUIDs */
export function arbitraryOf(schema: unknown, ids: readonly string[] = []): Arbitrary<unknown> {
  const { anyOf, const: constant, enum: values, type, items, properties } = schema as Schema;
  if (Array.isArray(anyOf)) return fc.oneof(...anyOf.map((branch) => arbitraryOf(branch, ids)));
  if (constant !== undefined) return fc.constant(constant);
  if (Array.isArray(values)) return fc.constantFrom<unknown>(...values);
  if (type === 'string') return textOf(schema as Schema, ids);
  if (type === 'integer' || type === 'number') return numberOf(schema as Schema);
  if (type === 'boolean') return fc.boolean();
  if (type === 'null') return fc.constant(null);
  if (type === 'array') return listOf(schema as Schema, arbitraryOf(items, ids));
  if (type === 'object' && properties !== undefined) return recordOf(schema as Schema, ids);
  return fc.jsonValue({ maxDepth: 3 });
}

function recordOf({ properties, required }: Schema, ids: readonly string[]): Arbitrary<unknown> {
  const model = Object.fromEntries(
    Object.entries(properties as Record<string, unknown>).map(([name, property]) => [
      name,
      arbitraryOf(property, ids),
    ]),
  );
  return fc.record(model, { requiredKeys: (required ?? []) as string[], noNullPrototype: true });
}

function listOf(
  { minItems = 0, maxItems = 5, uniqueItems }: Schema,
  item: Arbitrary<unknown>,
): Arbitrary<unknown> {
  const length = { minLength: Number(minItems), maxLength: Math.min(Number(maxItems), 6) };
  return uniqueItems === true
    ? fc.uniqueArray(item, { ...length, selector: (value) => JSON.stringify(value) })
    : fc.array(item, length);
}

function numberOf({ minimum = -1_000, maximum = 1_000 }: Schema): Arbitrary<number> {
  const [min, max] = [Number(minimum), Number(maximum)];
  return fc.oneof(
    fc.integer({ min, max: Math.min(max, min + 1_000) }),
    fc.constantFrom(min, max),
    fc.maxSafeNat().map((value) => min + (value % (max - min + 1))),
  );
}

function textOf(schema: Schema, ids: readonly string[]): Arbitrary<string> {
  const { format } = schema;
  const meant = known[keyOf(schema)];
  if (meant) return fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...meant) }, freeText(schema));
  if (format === 'uuid') return uuids(schema, ids);
  if (format === 'date') return dates;
  if (format === 'date-time') return dateTimes;
  if (format === 'email') return fc.emailAddress().filter((address) => isAdmitted(schema, address));
  if (format === 'uri') return fc.webUrl({ validSchemes: ['https'] });
  return freeText(schema);
}

function uuids({ pattern }: Schema, ids: readonly string[]): Arbitrary<string> {
  const made = fc.uuid({ version: 7 });
  const usable = ids.filter((id) => new RegExp(String(pattern)).test(id));
  return usable.length > 0 ? fc.oneof(fc.constantFrom(...usable), made) : made;
}

/** Whole Unicode without what the pattern excludes; sometimes as long as possible, in one to four bytes a character. */
function freeText(schema: Schema): Arbitrary<string> {
  const { maxLength = 50, pattern } = schema;
  const { minLength = String(pattern).endsWith('+$') ? 1 : 0 } = schema;
  const length = {
    minLength: Number(minLength),
    maxLength: Math.min(Number(maxLength), Number(minLength) + 60),
  };
  const [, ofOneClass] = /^\^(\[[^\]]+\])[+*]\$$/.exec(String(pattern)) ?? [];
  if (ofOneClass !== undefined && pattern !== storableText)
    return fc
      .array(fc.stringMatching(new RegExp(`^${ofOneClass}$`, 'u')), length)
      .map((parts) => parts.join(''));
  if (typeof pattern === 'string' && pattern !== storableText && pattern !== visibleText)
    return fc.stringMatching(new RegExp(pattern, 'u')).filter((text) => isAdmitted(schema, text));
  const longest = fc
    .constantFrom('\u0001', 'a', 'é', '漢', '😀', '\u202e', "'", '\\', '"', '%')
    .map((character) => character.repeat(Math.min(Number(maxLength), 20_000)));
  const short = fc.string({ unit: 'binary', ...length });
  return fc
    .oneof({ weight: 9, arbitrary: short }, { weight: 1, arbitrary: longest })
    .filter((text) => isAdmitted(schema, text));
}

function isAdmitted({ minLength = 0, maxLength = Infinity, pattern = '' }: Schema, text: string): boolean {
  const length = Array.from(text).length;
  return (
    length >= Number(minLength) && length <= Number(maxLength) && new RegExp(String(pattern), 'u').test(text)
  );
}

const twoDigits = (max: number) => fc.nat({ max }).map((value) => String(value).padStart(2, '0'));
const years = fc.oneof(
  fc.integer({ min: 2020, max: 2040 }),
  fc.constantFrom(1001, 1582, 1969, 1970, 9998),
  fc.integer({ min: 1001, max: 9998 }),
);

const dates = fc
  .tuple(years, fc.integer({ min: 0, max: 365 }))
  .map(([year, day]) => new Date(Date.UTC(year, 0, 1 + day)).toISOString().slice(0, 10))
  .filter((date) => date < '9999');

const offsets = fc.oneof(
  fc.constantFrom('Z', 'z', '+00:00', '-00:00', '+14:00', '-14:00', '+05:45'),
  fc
    .tuple(fc.constantFrom('+', '-'), twoDigits(13), twoDigits(59))
    .map(([sign, hours, minutes]) => `${sign}${hours}:${minutes}`),
);

const dateTimes = fc
  .record({
    date: dates,
    separator: fc.constantFrom('T', 'T', 't'),
    time: fc.tuple(twoDigits(23), twoDigits(59), twoDigits(59)),
    fraction: fc.oneof(fc.constant(''), fc.stringMatching(/^\.[0-9]{1,9}$/)),
    offset: offsets,
  })
  .map(
    ({ date, separator, time, fraction, offset }) =>
      `${date}${separator}${time.join(':')}${fraction}${offset}`,
  );
