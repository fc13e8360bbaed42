import type { IncomingMessage } from 'node:http';
import proxyAddress from '@fastify/proxy-addr';
import { splitList } from '../config.ts';
import { AppError } from '../errors.ts';

/** Whether a hop is a proxy whose `X-Forwarded-*` headers are true. `hop` counts from 0, the peer of the connection. */
export type ProxyTrust = (address: string, hop: number) => boolean;

/**
 * Parses the setting TRUSTED_PROXIES: addresses, CIDR ranges, and `loopback`, `linklocal` or `uniquelocal`, separated by
 * commas; or the number of proxies in front. Empty trusts none.
 * @throws AppError `invalid-configuration`
 */
export function parseTrustedProxies(setting: string): ProxyTrust {
  if (/^\d+$/.test(setting)) return (_address, hop) => hop < Number(setting);
  const trusted = splitList(setting);
  if (trusted.length === 0) return () => false;
  try {
    return proxyAddress.compile(trusted);
  } catch (cause) {
    throw new AppError('invalid-configuration', `Trusted proxies are wrong: ${String(cause)}.`, { cause });
  }
}

/** The address of the client that sent a request. A header counts only as far as trusted proxies wrote it. */
export function clientAddressOf(request: IncomingMessage, trust: ProxyTrust): string {
  return proxyAddress(request, trust);
}

/** Whether an address may stand for many clients, so that a limit of one client must not apply to it. */
export function isProxy(address: string, trust: ProxyTrust): boolean {
  return trust(address, Infinity);
}

/** The network that limits count for an address: a client with IPv6 usually has a whole /64, so its first four groups. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.replace(/^::ffff:(?=\d+\.)/, '').split('::');
  if (head.includes('.')) return head;
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length);
  const all = [...groups, ...Array<string>(Math.max(0, missing)).fill('0'), ...(tail ?? '').split(':')];
  return `${all.slice(0, 4).join(':')}::/64`;
}
