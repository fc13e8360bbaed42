import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { AppError } from '../../src/errors.ts';
import { clientAddressOf, networkOf, parseTrustedProxies } from '../../src/http/client-address.ts';

const requestFrom = (remoteAddress: string, forwardedFor?: string) =>
  ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwardedFor } }) as unknown as IncomingMessage;

test('a forwarded address counts as far as trusted proxies wrote it', () => {
  const cases: [setting: string, forwardedFor: string | undefined, expected: string][] = [
    ['', '203.0.113.9', '10.0.0.1'],
    ['uniquelocal', undefined, '10.0.0.1'],
    ['uniquelocal', '203.0.113.9', '203.0.113.9'],
    ['uniquelocal', 'made up, 203.0.113.9, 10.2.2.2', '203.0.113.9'],
    ['10.0.0.0/24, 192.0.2.1', '203.0.113.9, 10.2.2.2', '10.2.2.2'],
    ['1', 'made up, 203.0.113.9', '203.0.113.9'],
    ['2', '203.0.113.9, 198.51.100.1', '203.0.113.9'],
    ['0', '203.0.113.9', '10.0.0.1'],
  ];
  for (const [setting, forwardedFor, expected] of cases)
    assert.equal(
      clientAddressOf(requestFrom('10.0.0.1', forwardedFor), parseTrustedProxies(setting)),
      expected,
      setting,
    );
});

test('a setting that names no address is refused', () => {
  assert.throws(
    () => parseTrustedProxies('somewhere'),
    (error) => error instanceof AppError && error.code === 'invalid-configuration',
  );
});

test('limits count an IPv6 address with its /64', () => {
  const cases = {
    '203.0.113.9': '203.0.113.9',
    '::ffff:203.0.113.9': '203.0.113.9',
    '2001:db8:1:2:3:4:5:6': '2001:db8:1:2::/64',
    '2001:db8::1': '2001:db8:0:0::/64',
    '2001:db8:1:2::': '2001:db8:1:2::/64',
    '::1': '0:0:0:0::/64',
    '': '',
  };
  for (const [address, network] of Object.entries(cases)) assert.equal(networkOf(address), network, address);
});
