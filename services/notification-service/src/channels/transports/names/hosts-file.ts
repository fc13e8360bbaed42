import type { LookupAddress } from 'node:dns';
import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';

const loopback: LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/**
 * Finds names in a hosts file (hosts(5)), which it reads again after it changed. Without an entry of their own, `localhost` and
 * the names below it are the loopback addresses (RFC 6761 section 6.3).
 * @returns a function that returns the addresses of a name, none if it is not there
 */
export function createHostsFile(path: string): (host: string) => LookupAddress[] {
  let entries = new Map<string, LookupAddress[]>();
  let readMs: number | undefined;

  return (host) => {
    const changedMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (changedMs !== readMs) entries = changedMs === undefined ? new Map() : entriesOf(path);
    readMs = changedMs;
    const name = host.toLowerCase().replace(/\.$/, '');
    return entries.get(name) ?? (/(^|\.)localhost$/.test(name) ? loopback : []);
  };
}

function entriesOf(path: string): Map<string, LookupAddress[]> {
  const entries = new Map<string, LookupAddress[]>();
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    const family = isIP(address);
    if (family === 0) continue;
    for (const name of names.map((text) => text.toLowerCase()))
      entries.set(name, [...(entries.get(name) ?? []), { address, family }]);
  }
  return entries;
}
