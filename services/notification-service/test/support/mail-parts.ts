/** All headers of a raw e-mail, with names in lower case and folded lines joined. */
export function headersOf(raw: string): [name: string, value: string][] {
  const head = raw.slice(0, raw.indexOf('\r\n\r\n')).replaceAll(/\r\n[ \t]+/g, ' ');
  return head.split('\r\n').map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
}

export function headerOf(raw: string, name: string): string | undefined {
  const found = headersOf(raw).filter(([key]) => key === name);
  if (found.length > 1) throw new Error(`${name} occurs ${found.length} times`);
  return found[0]?.[1];
}

/** The decoded text of the part with this type. */
export function partOf(raw: string, type: 'text/plain' | 'text/html'): string {
  const [, boundary = ''] = /boundary="([^"]+)"/.exec(raw) ?? [];
  const part = raw
    .split(`\r\n--${boundary}`)
    .map((text) => text.trimStart())
    .find((text) => text.toLowerCase().startsWith(`content-type: ${type}`));
  if (boundary === '' || part === undefined) throw new Error(`there is no ${type} in\n${raw}`);
  const encoding = headerOf(part, 'content-transfer-encoding');
  const body = part.slice(part.indexOf('\r\n\r\n') + 4);
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString();
  if (encoding !== 'quoted-printable') return body;
  const bytes = body
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
