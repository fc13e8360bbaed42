import { Type, type TSchema } from 'typebox';

/** A UUID (RFC 9562 section 4), any version, in lower case: an id has one spelling, so that text compares as ids do. */
export const Uuid = Type.String({
  format: 'uuid',
  pattern: '^[0-9a-f-]{36}$',
  'x-words': 'a UUID in lower case',
  examples: ['0197a3c0-5b1e-7c4a-9f2d-3e8b6a1c0d42'],
});

/** A UUIDv7 (RFC 9562 section 5.7), lower case: what Rondo's ids are, given by the server or by a client. */
export const Uuid7 = Type.String({
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
  'x-words': 'a UUIDv7 in lower case',
  examples: ['0197a3c0-5b1e-7c4a-9f2d-3e8b6a1c0d42'],
});

/** Years of which every instant has four digits in every zone. */
const usableYear = '^(?!9999)[1-9][0-9]{3}-';

/** An instant with an offset (RFC 3339 section 5.6, `date-time`) in the years 1000 to 9998; no leap second, which no clock of ours has. */
export const DateTime = Type.String({
  format: 'date-time',
  pattern: `${usableYear}[^:]+:[0-9]{2}:[0-5]`,
  'x-words': 'a date and time with an offset (RFC 3339), such as 2026-12-01T09:00:00Z',
  examples: ['2026-12-01T09:00:00Z'],
});

/** A plain calendar day (RFC 3339 section 5.6, `full-date`), same years: all-day, wherever the person is. */
export const PlainDate = Type.String({
  format: 'date',
  pattern: usableYear,
  'x-words': 'a date (RFC 3339), such as 2026-12-01',
  examples: ['2026-12-01'],
});

/** An all-day date or an instant. Which of the two it is decides whether a task is all-day or timed. */
export const DateOrDateTime = Type.Union([PlainDate, DateTime]);

/** Text that PostgreSQL can store: no NUL and no lone surrogates, both of which JSON allows. */
export const storableText = '^[^\\u0000\\p{Cs}]*$';

/** Storable text with at least one character that is not white space. */
export const visibleText = '^[^\\u0000\\p{Cs}]*[^\\u0000\\p{Cs}\\s][^\\u0000\\p{Cs}]*$';

/** What the two patterns above ask for, as `x-words` of a schema: it finishes the sentence "must be …". */
export const storableWords = 'text without NUL characters and lone surrogates';
export const visibleWords = 'text with at least one visible character';

/** A count, a sequence number or a version: whole, exact in JSON. */
export const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** `null` stands for "not set"; an absent property in a merge patch stands for "unchanged". */
export function nullable<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}
