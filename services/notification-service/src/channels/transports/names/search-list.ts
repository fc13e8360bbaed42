import { readFileSync } from 'node:fs';

/**
 * The names to ask DNS for, in order, as the search list of a resolv.conf (resolv.conf(5)) says: a name with fewer than `ndots`
 * dots is first tried below each domain of the list, another one last. In Kubernetes, the list makes the name of a Service an
 * address.
 */
export function searchedNames(host: string, resolvConf: string): string[] {
  if (host.endsWith('.')) return [host];
  const { domains, ndots } = searchListOf(resolvConf);
  const below = domains.map((domain) => `${host}.${domain}`);
  return host.split('.').length > ndots ? [host, ...below] : [...below, host];
}

function searchListOf(path: string): { domains: string[]; ndots: number } {
  let domains: string[] = [];
  let ndots = 1;
  for (const line of linesOf(path)) {
    const [keyword, ...values] = line.trim().split(/\s+/);
    if (keyword === 'search' || keyword === 'domain') domains = values;
    if (keyword !== 'options') continue;
    for (const value of values) ndots = Number(/^ndots:(\d+)$/.exec(value)?.[1] ?? ndots);
  }
  return { domains: domains.map((domain) => domain.replace(/\.$/, '')).filter(Boolean), ndots };
}

/** Without the file there is no list. */
function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}
