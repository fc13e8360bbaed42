import ipaddr from 'ipaddr.js';

/** `public`: anybody's. `allowed`: not public, and the operator lets it be reached. */
export type AddressVerdict = 'public' | 'allowed' | 'refused';

/** None, all, or the ones of these CIDR ranges (RFC 4632). */
export type AllowPrivate = boolean | readonly string[];

type Address = ReturnType<typeof ipaddr.parse>;

/** What IANA gives out as global unicast (RFC 4291 section 2.4); the rest of IPv6 is special, local or unassigned. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Judges addresses before anything is sent to them. Public is what the IANA special-purpose registries (RFC 6890) do not
 * name: not private, loopback, link-local, unique-local, shared (RFC 6598), multicast or reserved, and no IPv6 address
 * that carries an IPv4 address (mapped, 6to4, Teredo, NAT64), because that one may be any of these. An allowed range
 * holds the addresses of its own family alone. What is no address is refused.
 * @throws Error where a range is no CIDR
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
