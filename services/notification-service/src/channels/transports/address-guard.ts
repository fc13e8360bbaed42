import ipaddr from 'ipaddr.js';

/** `allowed` is an address that is not public, but that the operator allows. */
export type AddressVerdict = 'public' | 'allowed' | 'refused';

/** Which private addresses are allowed: none, all, or those in these CIDR ranges (RFC 4632). */
export type AllowPrivate = boolean | readonly string[];

type Address = ReturnType<typeof ipaddr.parse>;

/** The part of IPv6 that IANA assigns as global unicast (RFC 4291 section 2.4); the rest is special, local or unassigned. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Decides whether an address may be connected to. Public addresses are those outside the IANA special-purpose registries
 * (RFC 6890): not private, loopback, link-local, unique-local, shared (RFC 6598), multicast or reserved. An IPv6 address that
 * embeds an IPv4 address (mapped, 6to4, Teredo, NAT64) is not public, because the embedded one may be any of these. An allowed
 * range matches only addresses of its own family. A text that is not an address is refused.
 * @throws Error if a range is not a valid CIDR
 */
export function createAddressGuard(allowPrivate: AllowPrivate): (text: string) => AddressVerdict {
  const ranges = typeof allowPrivate === 'boolean' ? [] : allowPrivate.map((cidr) => ipaddr.parseCIDR(cidr));
  const isAllowed = (address: Address) =>
    allowPrivate === true ||
    ranges.some(([range, bits]) => range.kind() === address.kind() && address.match(range, bits));

  return (text) => {
    if (!ipaddr.isValid(text)) return 'refused';
    const address = ipaddr.parse(text);
    if (isPublic(address)) return 'public';
    return isAllowed(address) ? 'allowed' : 'refused';
  };
}

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || address.match(globalUnicast);
}
