/** The path and query of a request target, which may be absolute (RFC 9112 section 3.2.2). */
export function pathOf(target: string): string {
  return target.startsWith('/') ? target : target.replace(/^[a-z]+:\/\/[^/?]*(?=\/|$)/i, '') || '/';
}
