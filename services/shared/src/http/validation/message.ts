import type { Issue, JsonSchema } from './issue.ts';

const typeNames: Record<string, string> = {
  array: 'an array',
  boolean: 'true or false',
  integer: 'a whole number',
  null: 'null',
  number: 'a number',
  object: 'an object',
  string: 'a string',
};

const formatNames: Record<string, string> = {
  date: 'a date (RFC 3339), such as 2026-12-01',
  'date-time': 'a date and time with an offset (RFC 3339), such as 2026-12-01T09:00:00Z',
  email: 'an e-mail address',
  uri: 'a URL',
  uuid: 'a UUID',
};

/** Says in words what a value must be, from the schema that it does not fit. */
export function messageOf({ keyword, message = 'is not valid' }: Issue, schema: JsonSchema): string {
  const limit = schema[keyword];
  switch (keyword) {
    case 'enum':
      return `must be ${listed(limit as unknown[])}`;
    case 'const':
      return `must be ${JSON.stringify(limit)}`;
    case 'type':
      return `must be ${typeNames[String(limit)] ?? String(limit)}`;
    case 'pattern':
    case 'format':
      return `must be ${wordsOf(schema)}`;
    case 'minLength':
      return limit === 1 ? 'must not be empty' : `must have at least ${String(limit)} characters`;
    case 'maxLength':
      return `must have at most ${String(limit)} characters`;
    case 'minItems':
      return `must have at least ${counted(limit, 'item')}`;
    case 'maxItems':
      return `must have at most ${counted(limit, 'item')}`;
    case 'minimum':
      return `must be at least ${String(limit)}`;
    case 'maximum':
      return `must be at most ${String(limit)}`;
    case 'uniqueItems':
      return 'must not contain the same item twice';
    default:
      return message;
  }
}

/** The words that the schema carries; a regular expression is never shown. */
function wordsOf(schema: JsonSchema): string {
  const { 'x-words': words, format, description } = schema;
  if (typeof words === 'string') return words;
  if (typeof format === 'string' && formatNames[format]) return formatNames[format];
  return typeof description === 'string' ? description : 'in the documented format';
}

function listed(values: unknown[]): string {
  const texts = values.map((value) => JSON.stringify(value));
  return texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} or ${texts.at(-1)}`;
}

function counted(count: unknown, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}
