/** What makes a spreadsheet take a cell for a formula (OWASP, CSV Injection). */
const formula = /^[=+\-@\t\r]/;
const quoted = /[",\r\n]/;

/**
 * A row of CSV (RFC 4180). A cell that a spreadsheet would run as a formula begins with an apostrophe, which spreadsheets show as
 * text: quotes don't keep them from it, and a file from someone's tasks is opened by people who trust it.
 */
export function csvRow(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(cell: string): string {
  const text = formula.test(cell) ? `'${cell}` : cell;
  return quoted.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
