import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createSecretBox } from '../../../src/channels/domain/secret-box.ts';

const aKey = () => randomBytes(32).toString('base64');
const [oldKey, newKey] = [aKey(), aKey()];
const box = createSecretBox(oldKey);
const unreadable = { name: 'AppError', code: 'secret-unreadable' };

describe('the secret box', () => {
  test('opens any text that it sealed', () => {
    const text = fc.string({ unit: 'binary', maxLength: 200 }).filter((value) => value.isWellFormed());
    fc.assert(
      fc.property(text, text, (plain, context) => {
        assert.equal(box.open(box.seal(plain, context), context), plain);
      }),
    );
  });

  test('rejects a sealed text with a flipped bit, cut short or extended', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 40 }),
        fc.nat(),
        fc.integer({ min: 0, max: 7 }),
        (plain, at, bit) => {
          const bytes = Buffer.from(box.seal(plain, 'channel 1'));
          const index = at % bytes.length;
          bytes.writeUInt8(bytes.readUInt8(index) ^ (1 << bit), index);
          assert.throws(() => box.open(bytes.toString('latin1'), 'channel 1'), unreadable);
        },
      ),
      { numRuns: 1_000 },
    );
    const sealed = box.seal('secret', 'channel 1');
    for (let length = 0; length < sealed.length; length++)
      assert.throws(() => box.open(sealed.slice(0, length), 'channel 1'), unreadable);
    for (const more of ['A', '=', '\n', '.', '.AAAA'])
      assert.throws(() => box.open(`${sealed}${more}`, 'channel 1'), unreadable);
  });

  test('rejects a text that was sealed for another context', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (plain, context, other) => {
        fc.pre(context !== other);
        assert.throws(() => box.open(box.seal(plain, context), other), unreadable);
      }),
    );
  });

  test('seals the same text differently each time, without revealing it', () => {
    const [first, second] = [box.seal('whsec_abc', 'a'), box.seal('whsec_abc', 'a')];
    assert.notEqual(first, second);
    assert.match(first, /^v1\.[\w-]{8}\.[\w-]+$/);
    assert.ok(!Buffer.from(first.split('.')[2] ?? '', 'base64url').includes('whsec'));
  });

  test('opens with every key and seals with the first one', () => {
    const both = createSecretBox(`${newKey}, ${oldKey}`);
    assert.equal(both.open(box.seal('a secret', 'x'), 'x'), 'a secret');
    const sealed = both.seal('another', 'x');
    assert.equal(createSecretBox(newKey).open(sealed, 'x'), 'another');
    assert.throws(() => box.open(sealed, 'x'), {
      ...unreadable,
      message: 'The sealed secret was sealed with an unknown key.',
    });
  });

  test('rejects an invalid key', () => {
    for (const keys of ['', 'secret', randomBytes(16).toString('base64'), `${newKey},`])
      assert.throws(() => createSecretBox(keys), { code: 'invalid-configuration' });
  });
});
