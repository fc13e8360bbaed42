/**
 * What a spreadsheet may take for a formula (OWASP, CSV Injection): also behind spaces, and behind apostrophes, so that a reader can
 * tell the apostrophe of `csvRow` from one of the text.
 */
const formula = /^['\s]*[=+\-@\t\r\n＝＋－＠]/;
const quoted = /[",\r\n]/;

/**
 * A row of CSV (RFC 4180). A cell that a spreadsheet would run as a formula begins with an apostrophe, which spreadsheets show as
 * text: quotes don't keep them from it, and a file from someone's tasks is opened by people who trust it.
 */
export function csvRow(cells: readonly string[]): string {
  return `${cells.map((cell) => quotedIfNeeded(formula.test(cell) ? `'${cell}` : cell, quoted)).join(',')}\r\n`;
}

/** The text of a cell, without the apostrophe of `csvRow`. */
export function textOfCell(cell: string): string {
  return cell.startsWith("'") && formula.test(cell.slice(1)) ? cell.slice(1) : cell;
}

/** A text that would not come back from a list: with a separator, a quote, or space around it. */
const quotedInList = /[",]|^\s|\s$/;
const listItem = /\s*(?:"((?:[^"]|"")*)"\s*|([^,]*))(?:,|$)/gy;

/** Texts as one: separated by commas, and quoted like cells. None of them is empty. */
export function listText(texts: readonly string[]): string {
  return texts.map((text) => quotedIfNeeded(text, quotedInList)).join(', ');
}

/** Reads what `listText` wrote. Empty items are left out, and a quote inside an item is a part of it. */
export function textsOfList(list: string): string[] {
  return [...list.matchAll(listItem)]
    .map(([, inQuotes, plain = '']) => inQuotes?.replaceAll('""', '"') ?? plain.trim())
    .filter((text) => text !== '');
}

function quotedIfNeeded(text: string, needsQuotes: RegExp): string {
  return needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
