import { limits } from './fit-draft.ts';

/** Longer texts are cut before they are read. Tags take some of the length. */
const maxHtml = 4 * limits.description;

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/**
 * Reads the HTML of a rich-text editor as plain text: paragraphs, lists and checkboxes stay, other formatting goes. Text that has no
 * tags is returned as it is.
 */
export function textOfHtml(html: string): string {
  const text = html.slice(0, maxHtml);
  if (!/<\/?(?:p|ul|ol|h[1-6]|blockquote|pre|br|a|strong|div)\b/i.test(text)) return text;
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/<li\b([^<>]*)>/gi, (_tag, attributes: string) => `\n${bulletOf(attributes)}`)
    .replaceAll(
      /<a\b[^<>]{0,500}?href=(?:"(https?:[^"<>]{0,2000})"|'(https?:[^'<>]{0,2000})')[^<>]{0,500}>([^<>]*)<\/a>/gi,
      (_tag, quoted: string | undefined, single: string, name: string) => linkText(quoted ?? single, name),
    )
    .replaceAll(/<br\b[^<>]*>|<\/(?:p|ul|ol|h[1-6]|blockquote|pre|div)>/gi, '\n')
    .replaceAll(/<[^<>]*>/g, '')
    .replaceAll(
      /&(?:#(\d{1,7})|([a-z]{2,4}));/gi,
      (whole, code: string | undefined, name: string | undefined) =>
        code === undefined
          ? (entities[(name ?? '').toLowerCase()] ?? whole)
          : characterOf(Number(code), whole),
    )
    .replaceAll(/(- (?:\[[ x]\] )?)\s+/g, '$1')
    .replaceAll(/ *\n */g, '\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .replaceAll(/\n\n(?=- )/g, '\n')
    .trim();
}

function linkText(url: string, name: string): string {
  return name.trim() === url || name.trim() === '' ? url : `${name} (${url})`;
}

function bulletOf(attributes: string): string {
  const [, checked] = /data-checked=["'](true|false)["']/i.exec(attributes) ?? [];
  return checked === undefined ? '- ' : `- [${checked === 'true' ? 'x' : ' '}] `;
}

function characterOf(code: number, otherwise: string): string {
  return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : otherwise;
}
