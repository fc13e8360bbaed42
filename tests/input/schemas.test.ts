import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createValidator } from '@rondo/shared/http/validation/validator';
import { fieldErrorsOf } from '@rondo/shared/http/validation/field-errors';
import type { JsonSchema } from '@rondo/shared/http/validation/issue';
import { invalidInput } from '@rondo/shared/errors';
import { Compile } from 'typebox/compile';
import { Type } from 'typebox';
import { costlyRefusal } from './support/costly-values.ts';
import { inputSchemas, nodesOf } from './support/schemas.ts';

const schemas = await inputSchemas();
const nodes = schemas.flatMap(({ name, schema }) =>
  nodesOf(schema).map((node) => ({ ...node, place: `${name} ${node.path}` })),
);
const texts = nodes.filter(({ schema }) => schema['type'] === 'string');

describe('every schema that judges input', () => {
  test('is found', () => {
    assert.ok(schemas.length > 60, `only ${schemas.length}`);
  });

  test('bounds each text', () => {
    const unbounded = texts.filter(
      ({ schema: { maxLength, format, enum: values, const: constant, pattern } }) =>
        typeof maxLength !== 'number' &&
        !['date', 'uuid'].includes(String(format)) &&
        values === undefined &&
        constant === undefined &&
        !hasOneLength(pattern),
    );
    assert.deepEqual(
      unbounded.map(({ place }) => place),
      [],
    );
  });

  test('bounds each list', () => {
    const unbounded = nodes.filter(
      ({ schema: { type, maxItems } }) => type === 'array' && maxItems === undefined,
    );
    assert.deepEqual(
      unbounded.map(({ place }) => place),
      [],
    );
  });

  test('bounds each number', () => {
    const unbounded = nodes.filter(
      ({ schema: { type, minimum, maximum } }) =>
        (type === 'integer' || type === 'number') && (minimum === undefined || maximum === undefined),
    );
    assert.deepEqual(
      unbounded.map(({ place }) => place),
      [],
    );
  });

  test('refuses NUL and lone surrogates in each text', () => {
    const storing = texts
      .filter(({ path }) => !path.includes('/patternProperties/'))
      .filter(({ schema }) => {
        const { accepts } = createValidator(Type.Unsafe<string>(schema));
        return ['\u0000', 'a\u0000b', '\ud800', 'a\udfffb', '"\u0000"@example.com'].some((text) =>
          accepts(text),
        );
      })
      // A file is read, not stored: its texts are judged as drafts. Secrets, tickets and tokens are only hashed.
      .filter(
        ({ place }) =>
          !/(?:calendar-import|imports) body|\/calendar\/:secret|:token params|Hello #\/properties\/ticket/.test(
            place,
          ),
      );
    assert.deepEqual(
      storing.map(({ place }) => place),
      [],
    );
  });
});

/** Whether a pattern matches whole texts without an open repetition. */
function hasOneLength(pattern: unknown): boolean {
  return (
    typeof pattern === 'string' &&
    /^\^.*\$$/.test(pattern) &&
    !/[*+]|,\}/.test(pattern.replaceAll(/\[[^\]]*\]/g, 'c'))
  );
}

const megabyte = 2 ** 20;
const patterns = new Set(
  texts.flatMap(({ schema: { pattern } }) => (typeof pattern === 'string' ? [pattern] : [])),
);
const formats = new Set(
  texts.flatMap(({ schema: { format } }) => (typeof format === 'string' ? [format] : [])),
);
const pieces = [
  'a',
  ' ',
  '0',
  '1',
  '-',
  '.',
  '/',
  '%41',
  ':',
  '@',
  '=',
  'a.',
  'a ',
  ' a',
  '\u3000',
  'é',
  '😀',
  '2026-01-01T00:00:00.',
  'P1',
  'http://a/',
  '"',
  'a@',
];
const endings = ['', '\u0000', ' ', '!', '\ud800'];

/** Milliseconds: a megabyte that is read once takes 1 to 10. A quadratic pattern takes hours. */
const refusalLimitMs = 500;

describe('a megabyte of near misses costs little', () => {
  const cases = [
    ...[...patterns].map((pattern) => ({ name: pattern, schema: Type.String({ pattern }) })),
    ...[...formats].map((format) => ({ name: `format ${format}`, schema: Type.String({ format }) })),
  ];
  for (const { name, schema } of cases)
    test(name, () => {
      const check = Compile(schema);
      for (const piece of pieces) {
        const long = piece.repeat(megabyte / piece.length);
        for (const ending of endings) {
          const start = performance.now();
          check.Check(long + ending);
          const took = performance.now() - start;
          assert.ok(took < refusalLimitMs, `${JSON.stringify(piece)}… ${JSON.stringify(ending)}: ${took} ms`);
        }
      }
    });
});

describe('refusing n bytes costs O(n)', () => {
  for (const { name, schema } of schemas)
    test(name, () => {
      const validator = createValidator(schema);
      const refuse = (value: unknown) => {
        const accepted = validator.accepts(value);
        const issues = accepted ? [] : validator.issuesOf(value);
        const fields =
          invalidInput(fieldErrorsOf(issues, schema as unknown as JsonSchema, 'body')).errors ?? [];
        assert.ok(fields.length <= 20);
        for (const { field, message } of fields)
          assert.ok(field.length < 200 && message.length < 200, message);
      };
      const costly = costlyRefusal(schema, refuse);
      assert.equal(costly, undefined, `eight times ${costly?.shape} costs ${costly?.ratio} times as much`);
    });
});
