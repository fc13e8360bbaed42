import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { hashOf, type Link } from '../src/domain/chain.ts';

const link: Link = {
  hash_version: 2,
  workspace_id: '00112233-4455-6677-8899-aabbccddeeff',
  position: 258,
  seq: 513,
  id: '0196c000-0000-7000-8000-000000000001',
  recorded_at: '1970-01-01T00:00:01.027Z',
  event: '{"title":"ünïcödé"}',
};
const previous = Buffer.alloc(32, 0xab);

test('version 2 of the hash covers the bytes that the specification lists', () => {
  const covered = [
    'ab'.repeat(32),
    '02',
    '00112233445566778899aabbccddeeff',
    '0000000000000102',
    '0000000000000201',
    '0196c000000070008000000000000001',
    '0000000000000403',
    Buffer.from(link.event, 'utf8').toString('hex'),
  ].join('');
  const expected = createHash('sha256').update(Buffer.from(covered, 'hex')).digest('hex');
  assert.equal(hashOf(previous, link).toString('hex'), expected);
});

test('each field that version 2 covers changes the hash', () => {
  const changes: Partial<Link>[] = [
    { workspace_id: '10112233-4455-6677-8899-aabbccddeeff' },
    { position: 259 },
    { seq: 514 },
    { id: '0196c000-0000-7000-8000-000000000002' },
    { recorded_at: '1970-01-01T00:00:01.028Z' },
    { event: '{"title":"ünïcöde"}' },
    { hash_version: 1 },
  ];
  const hashes = [{}, ...changes].map((change) => hashOf(previous, { ...link, ...change }).toString('hex'));
  assert.equal(new Set([...hashes, hashOf(Buffer.alloc(32), link).toString('hex')]).size, changes.length + 2);
  assert.throws(() => hashOf(previous, { ...link, hash_version: 3 }), RangeError);
});
