import ipaddr from 'ipaddr.js';
import { splitList } from '@rondo/shared/config';
import { AppError } from '@rondo/shared/errors';
import { platformRanges } from './platform-ranges.ts';

/** `allowed` is an address that is not public, but that the operator allows. */
export type AddressVerdict = 'public' | 'allowed' | 'refused';

/** Which private addresses are allowed: none, all, or those in these CIDR ranges (RFC 4632). */
export type AllowPrivate = boolean | readonly string[];

export type AddressRules = {
  allowPrivate: AllowPrivate;
  /** CIDR ranges that are refused whatever else allows them. */
  refused?: readonly string[];
};

type Address = ReturnType<typeof ipaddr.parse>;

/** The part of IPv6 that IANA assigns as global unicast (RFC 4291 section 2.4); the rest is special, local or unassigned. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Decides whether an address may be connected to. Public addresses are those outside the IANA special-purpose registries
 * (RFC 6890): not private, loopback, link-local, unique-local, shared (RFC 6598), multicast or reserved. An IPv6 address that
 * embeds an IPv4 address (mapped, 6to4, Teredo, NAT64) is not public, because the embedded one may be any of these. Addresses
 * that a cloud answers only from inside are not public either. A range matches only addresses of its own family. A text that
 * is not an address is refused.
 * @throws Error if a range is not a valid CIDR
 */
export function createAddressGuard({
  allowPrivate,
  refused = [],
}: AddressRules): (text: string) => AddressVerdict {
  const isRefused = matcherOf(refused);
  const isAllowed = typeof allowPrivate === 'boolean' ? () => allowPrivate : matcherOf(allowPrivate);

  return (text) => {
    if (!ipaddr.isValid(text)) return 'refused';
    const address = ipaddr.parse(text);
    if (isRefused(address)) return 'refused';
    if (isPublic(address)) return 'public';
    return isAllowed(address) ? 'allowed' : 'refused';
  };
}

/**
 * Reads a list of CIDR ranges (RFC 4632, RFC 4291 section 2.3), separated by commas.
 * @throws AppError `invalid-configuration` that names the entry that is not a range
 */
export function parseRanges(text: string): string[] {
  const ranges = splitList(text);
  for (const range of ranges)
    if (!ipaddr.isValidCIDR(range))
      throw new AppError(
        'invalid-configuration',
        `"${range}" is not a range of addresses such as 203.0.113.0/24.`,
      );
  return ranges;
}

const isOfPlatform = matcherOf(platformRanges);

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast' || isOfPlatform(address)) return false;
  return address.kind() === 'ipv4' || address.match(globalUnicast);
}

function matcherOf(cidrs: readonly string[]): (address: Address) => boolean {
  const ranges = cidrs.map((cidr) => ipaddr.parseCIDR(cidr));
  return (address) =>
    ranges.some(([range, bits]) => range.kind() === address.kind() && address.match(range, bits));
}
