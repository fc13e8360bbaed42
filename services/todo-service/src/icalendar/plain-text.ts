/** TEXT may contain line breaks and tabs, and no other control characters (RFC 5545 section 3.1). */
export function plainText(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n').replaceAll(/(?![\t\n])\p{Cc}/gu, '');
}
