import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createAddressGuard, parseRanges } from '../../../src/channels/transports/address-guard.ts';

const publicAddresses = [
  '1.1.1.1',
  '93.184.216.34',
  '100.63.255.255',
  '100.128.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '223.255.255.255',
  '2606:4700:4700::1111',
  '2a00:1450:4001:80b::200e',
];

const refusedAddresses: [what: string, addresses: string[]][] = [
  ['this network', ['0.0.0.0', '0.1.2.3', '::']],
  ['loopback', ['127.0.0.1', '127.255.255.254', '::1']],
  ['private', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1']],
  ['link-local, including cloud metadata', ['169.254.169.254', 'fe80::1', 'fe80::1%eth0', 'febf::1']],
  ['unique-local', ['fc00::1', 'fd00:ec2::254', 'fdff::1']],
  ['site-local (deprecated)', ['fec0::1']],
  ['carrier-grade NAT', ['100.64.0.1', '100.127.255.255']],
  ['multicast', ['224.0.0.1', '239.255.255.255', 'ff02::1']],
  ['broadcast', ['255.255.255.255']],
  ['protocol assignments', ['192.0.0.8', '192.0.0.170']],
  ['documentation', ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1']],
  ['benchmarking', ['198.18.0.1', '198.19.255.255', '2001:2::1']],
  ['reserved', ['240.0.0.1', '254.255.255.255']],
  ['IPv4 mapped', ['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:10.0.0.1', '::ffff:1.1.1.1']],
  ['IPv4 compatible', ['::127.0.0.1', '::7f00:1', '::a9fe:a9fe']],
  ['IPv4 translated', ['::ffff:0:127.0.0.1']],
  ['6to4', ['2002:7f00:1::', '2002:a9fe:a9fe::1']],
  ['Teredo', ['2001::1', '2001:0:4136:e378:8000:63bf:3fff:fdd2']],
  ['NAT64', ['64:ff9b::7f00:1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::a00:1']],
  [
    'addresses inside a cloud',
    [
      '168.63.129.16',
      '199.36.153.4',
      '199.36.153.11',
      '34.126.1.1',
      '35.199.192.1',
      '161.26.0.10',
      '166.9.1.1',
    ],
  ],
  ['addresses inside a cloud, IPv6', ['2600:2d00:2:1000::1', '2600:2d00:2:20ff::1']],
  ['unassigned', ['4000::1', '8000::1', '100::1', '5f00::1']],
  ['not an address', ['', 'localhost', 'example.org', '1.2.3.4.5', '127.0.0.1:80', '[::1]']],
];

describe('the address guard', () => {
  const judge = createAddressGuard({ allowPrivate: false });

  for (const address of publicAddresses)
    test(`accepts ${address} as public`, () => assert.equal(judge(address), 'public'));

  for (const [what, addresses] of refusedAddresses)
    for (const address of addresses)
      test(`refuses ${what}: ${address}`, () => assert.equal(judge(address), 'refused'));

  test('accepts the neighbours of the addresses inside a cloud', () => {
    for (const address of ['168.63.129.15', '168.63.129.17', '199.36.153.12', '161.27.0.1', '166.12.0.1'])
      assert.equal(judge(address), 'public', address);
  });

  test('refuses what the operator refuses, even if it is public or allowed', () => {
    const strict = createAddressGuard({
      allowPrivate: true,
      refused: ['203.0.114.0/24', '10.0.0.0/8', '2a00::/16'],
    });
    assert.deepEqual(
      ['203.0.114.9', '10.1.2.3', '2a00:1450::1', '203.0.115.1', '192.168.0.1', '168.63.129.16'].map(strict),
      ['refused', 'refused', 'refused', 'public', 'allowed', 'allowed'],
    );
  });

  test('reports an allowed private address as allowed, not public', () => {
    const some = createAddressGuard({ allowPrivate: ['10.0.0.0/8', 'fd00::/8'] });
    assert.deepEqual(['10.1.2.3', 'fd12::1', '192.168.0.1', '127.0.0.1', '1.1.1.1'].map(some), [
      'allowed',
      'allowed',
      'refused',
      'refused',
      'public',
    ]);
    const all = createAddressGuard({ allowPrivate: true });
    assert.deepEqual(['127.0.0.1', '::1', '::ffff:127.0.0.1', '1.1.1.1', 'localhost'].map(all), [
      'allowed',
      'allowed',
      'allowed',
      'public',
      'refused',
    ]);
  });

  test('does not apply a range to an embedded address', () => {
    const some = createAddressGuard({ allowPrivate: ['10.0.0.0/8'] });
    assert.deepEqual(['::ffff:10.0.0.1', '64:ff9b::a00:1', '2002:a00:1::1'].map(some), [
      'refused',
      'refused',
      'refused',
    ]);
  });

  test('never reports an IPv6 address that embeds an IPv4 address as public', () => {
    fc.assert(
      fc.property(
        fc.ipV4(),
        fc.constantFrom('::ffff:', '::', '64:ff9b::', '::ffff:0:'),
        (address, prefix) => {
          assert.equal(judge(`${prefix}${address}`), 'refused');
        },
      ),
    );
  });

  test('throws for an invalid range', () => {
    assert.throws(() => createAddressGuard({ allowPrivate: ['10.0.0.0/33'] }));
    assert.throws(() => createAddressGuard({ allowPrivate: ['intranet'] }));
  });

  test('reads ranges that are separated by commas, and names an invalid entry', () => {
    assert.deepEqual(parseRanges(' 203.0.113.0/24, 2001:db8::/32,'), ['203.0.113.0/24', '2001:db8::/32']);
    assert.deepEqual(parseRanges(''), []);
    assert.throws(() => parseRanges('203.0.113.0/24,intranet'), {
      code: 'invalid-configuration',
      message: /"intranet"/,
    });
  });
});
