import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from 'typebox';
import { parseEnvironment, webAddress } from '../src/config.ts';
import { continueTrace, parseTraceparent } from '../src/observability/trace-context.ts';

const settings = Type.Object({
  PORT: Type.Integer({ minimum: 0, maximum: 65_535 }),
  NAME: Type.String({ default: 'rondo' }),
  LEVEL: Type.Enum(['low', 'high']),
  MORE: Type.Optional(Type.Integer()),
});

test('an environment is converted, gets defaults, and loses variables that are not in the schema', () => {
  assert.deepEqual(parseEnvironment(settings, { PORT: '80', LEVEL: 'low', HOME: '/root', MORE: '' }), {
    PORT: 80,
    NAME: 'rondo',
    LEVEL: 'low',
  });
});

test('an invalid environment names every variable that is wrong or missing', () => {
  assert.throws(
    () => parseEnvironment(settings, { PORT: 'eighty', MORE: 'some' }),
    ({ code, message }: { code: string; message: string }) =>
      code === 'invalid-configuration' && ['PORT', 'LEVEL', 'MORE'].every((name) => message.includes(name)),
  );
});

test('what is wrong is said in words', () => {
  const addressed = Type.Object({ ...settings.properties, URL: Type.String(webAddress) });
  assert.throws(
    () => parseEnvironment(addressed, { PORT: 'abc', LEVEL: 'middle', MORE: '1.5', URL: 'localhost' }),
    {
      message:
        'The environment is wrong: PORT must be a whole number; LEVEL must be "low" or "high"; MORE must be a whole number; URL must be a URL that begins with http:// or https://.',
    },
  );
  assert.throws(() => parseEnvironment(settings, { PORT: '70000' }), /PORT must be at most 65535/);
});

test('a number that is not whole is rejected as an integer, not truncated', () => {
  assert.throws(() => parseEnvironment(settings, { PORT: '80.5', LEVEL: 'low' }), /PORT/);
});

test('a valid traceparent continues its trace with a new span; an invalid one begins a new trace (W3C Trace Context 3.2)', () => {
  const given = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';
  const child = continueTrace(given);
  assert.equal(child.traceId, '0af7651916cd43dd8448eb211c80319c');
  assert.match(
    child.traceparent,
    /^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-00$/,
  );
  for (const wrong of [
    undefined,
    '',
    'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    '00-00000000000000000000000000000000-b7ad6b7169203331-01',
    '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01',
    '00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01',
    ['a', 'b'],
  ]) {
    assert.equal(parseTraceparent(wrong), undefined);
    assert.match(continueTrace(wrong).traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  }
});
