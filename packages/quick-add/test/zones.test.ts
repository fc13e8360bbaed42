import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { parseQuickAdd } from '../src/parse-quick-add.ts';

const read = (phrase: string, now: string, timeZone: string) => {
  const { draft, sentence } = parseQuickAdd(phrase, { now, timeZone });
  assert.deepEqual(parseQuickAdd(sentence, { now, timeZone }).draft, draft, sentence);
  return draft;
};
const dueOf = (phrase: string, now: string, zone: string) => read(phrase, now, zone).due_date;

describe('clock changes', () => {
  test('a time in a gap shifts forward', () => {
    const now = '2026-03-28T10:00:00Z';
    assert.equal(dueOf('x tomorrow at 2:30', now, 'Europe/Berlin'), '2026-03-29T03:30:00+02:00');
    assert.equal(dueOf('x 2026-03-08 02:15', now, 'America/New_York'), '2026-03-08T03:15:00-04:00');
    assert.equal(
      dueOf('x 4 Oct at 02:10', '2026-10-01T00:00:00Z', 'Australia/Lord_Howe'),
      '2026-10-04T02:40:00+11:00',
    );
    assert.equal(
      dueOf('x 2024-09-08 midnight', '2024-09-01T12:00:00Z', 'America/Santiago'),
      '2024-09-08T01:00:00-03:00',
    );
  });

  test('a time in an overlap is the first of the two', () => {
    const now = '2026-10-24T10:00:00Z';
    assert.equal(dueOf('x tomorrow at 2:30', now, 'Europe/Berlin'), '2026-10-25T02:30:00+02:00');
    assert.equal(dueOf('x 1 Nov at 1:30', now, 'America/New_York'), '2026-11-01T01:30:00-04:00');
  });

  test('a time in hours can be the second of an overlap; its sentence has the offset', () => {
    const now = '2026-10-25T00:00:00Z';
    assert.equal(dueOf('x in 90 min', now, 'Europe/Berlin'), '2026-10-25T02:30:00+01:00');
    const { sentence } = parseQuickAdd('x in 90 min', { now, timeZone: 'Europe/Berlin' });
    assert.equal(sentence, '"x" on 2026-10-25T02:30:00+01:00');
  });

  test('a length is elapsed time', () => {
    assert.deepEqual(read('x at 1:00 for 4h', '2026-03-28T12:00:00Z', 'Europe/Berlin'), {
      title: 'x',
      start: '2026-03-29T01:00:00+01:00',
      due_date: '2026-03-29T06:00:00+02:00',
    });
  });

  test('a range ends when the clock shows its end', () => {
    assert.deepEqual(read('x 1am-4am', '2026-03-28T12:00:00Z', 'Europe/Berlin'), {
      title: 'x',
      start: '2026-03-29T01:00:00+01:00',
      due_date: '2026-03-29T04:00:00+02:00',
    });
  });

  test('a rule follows the wall clock and ends with its last day in its zone', () => {
    assert.deepEqual(read('x every day at 9 until 1 Apr', '2026-03-28T10:00:00Z', 'Europe/Berlin'), {
      title: 'x',
      due_date: '2026-03-29T09:00:00+02:00',
      recurrence_rule: 'FREQ=DAILY;UNTIL=20260401T215959Z',
    });
  });

  test('a day that a zone skipped has no occurrence', () => {
    const now = '2011-12-29T20:00:00Z';
    assert.equal(dueOf('x every fri at 9', now, 'Pacific/Apia'), '2012-01-06T09:00:00+14:00');
    assert.equal(dueOf('x 2011-12-30 at 9', now, 'Pacific/Apia'), '2011-12-31T09:00:00+14:00');
  });
});

describe('offsets of any size', () => {
  const cases: [zone: string, offset: string][] = [
    ['Asia/Kathmandu', '+05:45'],
    ['Asia/Kolkata', '+05:30'],
    ['Australia/Eucla', '+08:45'],
    ['Pacific/Chatham', '+13:45'],
    ['Pacific/Marquesas', '-09:30'],
    ['America/St_Johns', '-03:30'],
    ['Pacific/Kiritimati', '+14:00'],
    ['Pacific/Pago_Pago', '-11:00'],
    ['UTC', '+00:00'],
  ];
  for (const [zone, offset] of cases) {
    test(`${zone} is ${offset}`, () => {
      assert.equal(dueOf('x 24 Dec at 9', '2026-11-18T10:00:00Z', zone), `2026-12-24T09:00:00${offset}`);
    });
  }

  test('today is a day in the zone of the person', () => {
    const now = '2026-11-18T10:30:00Z';
    assert.equal(dueOf('x today', now, 'Pacific/Kiritimati'), '2026-11-19');
    assert.equal(dueOf('x today', now, 'Pacific/Pago_Pago'), '2026-11-17');
    assert.equal(dueOf('x at 00:20', now, 'Pacific/Chatham'), '2026-11-19T00:20:00+13:45');
  });
});

describe('zones in words', () => {
  const now = '2026-11-18T20:00:00Z';

  test('a time without a day is the next one in its zone', () => {
    assert.equal(dueOf('x 8am Asia/Tokyo', now, 'America/New_York'), '2026-11-19T08:00:00+09:00');
    assert.equal(dueOf('x 3am Asia/Tokyo', now, 'America/New_York'), '2026-11-20T03:00:00+09:00');
  });

  test('the current minute counts as passed', () => {
    assert.equal(dueOf('x at 20:00', now, 'UTC'), '2026-11-19T20:00:00+00:00');
    assert.equal(dueOf('x at 20:01', now, 'UTC'), '2026-11-18T20:01:00+00:00');
    assert.equal(dueOf('x every day at 20:00', now, 'UTC'), '2026-11-19T20:00:00+00:00');
    assert.equal(dueOf('x in 2 hours', '2026-11-18T20:00:29.999Z', 'UTC'), '2026-11-18T22:00:00+00:00');
  });

  test('an abbreviation stands for a place, with its summer time', () => {
    assert.equal(dueOf('x 1 Jul 9am EST', now, 'UTC'), '2027-07-01T09:00:00-04:00');
    assert.equal(dueOf('x 1 Jul 9am CET', now, 'UTC'), '2027-07-01T09:00:00+02:00');
  });

  test('names are spelled as in the time zone database', () => {
    for (const name of [
      'Asia/Kathmandu',
      'America/Port-au-Prince',
      'Europe/Isle_of_Man',
      'US/Pacific',
      'Etc/GMT-2',
    ])
      assert.equal(read(`x 9am ${name.toUpperCase()}`, now, 'UTC').time_zone, name);
  });

  test('an unknown zone stays in the title', () => {
    for (const name of ['Europe/Atlantis', 'UTC+15', 'UTC+5:30', 'and/or'])
      assert.deepEqual(read(`x 9am ${name}`, now, 'UTC'), {
        title: `x ${name}`,
        due_date: '2026-11-19T09:00:00+00:00',
      });
  });
});

test('the result does not depend on the zone of the machine', () => {
  const program = `
    import { parseQuickAdd } from ${JSON.stringify(new URL('../src/parse-quick-add.ts', import.meta.url).href)};
    const phrases = ['x tomorrow at 2:30', 'x in 2 hours', 'x every 3rd friday at 9 until 1 Mar', 'x eom', 'x 29 Feb', 'x 9am EST for 2h'];
    const contexts = ['2026-03-28T23:30:00Z', '2026-10-24T23:30:00Z', '2026-12-31T23:30:00Z'].flatMap((now) =>
      ['Europe/Berlin', 'Asia/Kathmandu', 'America/New_York'].map((timeZone) => ({ now, timeZone })));
    process.stdout.write(JSON.stringify(contexts.map((context) => phrases.map((text) => parseQuickAdd(text, context)))));`;
  const outputs = ['UTC', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Apia'].map((zone) =>
    execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
      env: { ...process.env, TZ: zone },
      encoding: 'utf8',
    }),
  );
  assert.equal(new Set(outputs).size, 1);
  assert.ok((outputs[0] ?? '').length > 1_000);
});

test('an invalid zone or instant is an error', () => {
  assert.throws(() => parseQuickAdd('x', { now: '2026-11-18T10:00:00Z', timeZone: 'Not/There' }), RangeError);
  assert.throws(() => parseQuickAdd('x', { now: 'yesterday', timeZone: 'UTC' }), RangeError);
});
