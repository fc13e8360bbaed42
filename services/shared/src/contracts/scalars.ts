import { Type, type TSchema } from 'typebox';
import { exampleIds } from './example-ids.ts';

/** A UUID (RFC 9562 section 4) of any version. It is in lower case, so that equal ids are equal as text. */
const uuid = { format: 'uuid', pattern: '^[0-9a-f-]{36}$', 'x-words': 'a UUID in lower case' };
export const Uuid = Type.String({ ...uuid, examples: [exampleIds.task] });
/** For a parameter: the page of the API sends one that has an example, and nothing has the id of the example. */
export const UuidWithoutExample = Type.String(uuid);

/** A UUIDv7 (RFC 9562 section 5.7) in lower case: the kind of id that the server or a client gives to a new task. */
export const Uuid7 = Type.String({
  format: 'uuid',
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
  'x-words': 'a UUIDv7 in lower case',
  examples: [exampleIds.task],
});

/** The years 1001 to 9998: every instant in them has a year of four digits, which does not begin with 0, in every zone. */
const usableYear =
  '(100[1-9]|10[1-9][0-9]|1[1-9][0-9]{2}|[2-8][0-9]{3}|9[0-8][0-9]{2}|99[0-8][0-9]|999[0-8])';

/** No zone is further from UTC than 14 hours. PostgreSQL refuses offsets beyond 16 hours. */
const usableOffset = '([Zz]|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)';

/**
 * An instant with an offset (RFC 3339 section 5.6, `date-time`), in the years 1001 to 9998, without leap seconds, with at most
 * nine digits of a fraction and an offset within 14 hours.
 */
export const DateTime = Type.String({
  format: 'date-time',
  maxLength: 40,
  pattern: `^${usableYear}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-5][0-9](\\.[0-9]{1,9})?${usableOffset}$`,
  'x-words': 'a date and time with an offset (RFC 3339), such as 2026-12-01T09:00:00Z',
  examples: ['2027-02-01T08:00:00Z'],
});

/** A calendar day (RFC 3339 section 5.6, `full-date`), in the years 1001 to 9998. It is all-day in every zone. */
export const PlainDate = Type.String({
  format: 'date',
  pattern: `^${usableYear}-`,
  'x-words': 'a date (RFC 3339), such as 2026-12-01',
  examples: ['2027-02-01'],
});

/** A date or an instant. A task with a date is all-day; one with an instant is timed. */
export const DateOrDateTime = Type.Union([PlainDate, DateTime]);

/** A date and time without an offset (RFC 5545 section 3.3.5, form 1): what a clock shows, wherever the person is. */
export const LocalDateTime = Type.String({
  maxLength: 19,
  pattern: `^${usableYear}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$`,
  'x-words': 'for a floating task, a date and time without an offset, such as 2026-12-01T09:00:00',
  examples: ['2027-02-01T08:00:00'],
});

/** As an input: also the local time of a floating task. */
export const DateInput = Type.Union([PlainDate, DateTime, LocalDateTime]);
export const DateTimeInput = Type.Union([DateTime, LocalDateTime]);

/**
 * The name of a time zone of the IANA database. A service that needs the zone also checks that its runtime knows it:
 * runtimes have different editions of the database.
 */
export const TimeZone = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[A-Za-z0-9_+:/-]+$',
  description: 'an IANA time zone',
  examples: ['Europe/Berlin'],
});

// Patterns are linear: no two adjacent repetitions share a character. They work in JavaScript and in Python.

/** Text that PostgreSQL can store: no NUL and no lone surrogates, both of which JSON allows. */
export const storableText = '^[^\\u0000\\ud800-\\udfff]*$';

/** Storable text with at least one character that is not white space: what a stored name has. */
export const namedText = '^\\s*[^\\s\\u0000\\ud800-\\udfff][^\\u0000\\ud800-\\udfff]*$';

/**
 * What shows nothing, beside white space, for the brackets of a pattern: of the Basic Multilingual Plane the control characters, the
 * default ignorable ones (Unicode, Default_Ignorable_Code_Point) and the empty braille cell.
 */
export const invisible =
  '\\u0001-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u2800\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufff8';

/** Storable text with at least one visible character: what a person may write as a name. */
export const visibleText = `^[\\s${invisible}]*[^\\s\\u0000\\ud800-\\udfff${invisible}][^\\u0000\\ud800-\\udfff]*$`;

/** Visible characters of ASCII, as e-mail addresses and tokens in headers have. */
export const visibleAscii = '^[!-~]+$';

/** What the patterns ask for, as `x-words` of a schema. It completes the sentence "must be …". */
export const storableWords = 'text without NUL characters and lone surrogates';
export const visibleWords = 'text with at least one visible character';

/** A count, a sequence number or a version: a whole number that JSON keeps exactly. */
export const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** A SHA-256 digest (FIPS 180-4). */
export const Sha256Hex = Type.String({
  pattern: '^[0-9a-f]{64}$',
  'x-words': 'SHA-256 in lower-case hexadecimal',
  examples: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
});

/** `null` means "not set". In a merge patch, an absent property means "unchanged". */
export function nullable<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

/** How many rows a page of a list has at most. */
export const PageLimit = Type.Integer({ minimum: 1, maximum: 100, default: 50 });

/** How many rows of a list come before its page. A cursor is faster. */
export const PageOffset = Type.Integer({ minimum: 0, maximum: 1_000_000, default: 0 });

/** Where a page of a list starts: the `next_cursor` of the page before. */
export const Cursor = Type.String({
  maxLength: 400,
  pattern: '^[A-Za-z0-9_-]*$',
  'x-words': 'one that this list gave',
});

/** Where the next page of a list starts. */
export const NextCursor = Type.Union([Type.String(), Type.Null()], {
  description: 'pass it as `cursor` to get the next page; null on the last page',
  examples: [null],
});
