import { columnsOf, maxLinesToHeader } from './files/csv-rows.ts';
import { exportForm } from '../export-form.ts';
import { hasSemicolons, isRondoHeader } from './apps/rondo.ts';
import { isTickTickHeader } from './apps/ticktick.ts';
import { isTodoistHeader } from './apps/todoist.ts';
import type { ImportFormat } from '@rondo/shared/contracts/import-report';

/** Whether a file begins like a zip, also an empty one. */
export function isZip(head: Buffer): boolean {
  return ['PK\u0003\u0004', 'PK\u0005\u0006'].includes(head.toString('latin1', 0, 4));
}

/** The format of a zip, from the names of its files. */
export function formatOfZip(names: string[]): ImportFormat | undefined {
  if (names.includes('data.json')) return 'vikunja';
  return names.some((name) => /\.csv$/i.test(name)) ? 'todoist-backup' : undefined;
}

const listItem = /^[ \t]*(?:[-*+][ \t]|\d{1,9}[.)][ \t]|#{1,6}[ \t]|\[[ xX]\][ \t])/m;
const exportHead = new RegExp(String.raw`^\{\s*"format"\s*:\s*"${exportForm.format}"`);
const plainTypes = new Set(['text/plain', 'text/markdown', 'application/octet-stream', '']);

/** The format of a text, from its first bytes; undefined if they don't tell it. */
export function formatOfText(head: Buffer, mediaType: string): ImportFormat | undefined {
  const text = head
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  if (/^BEGIN:VCALENDAR/i.test(text)) return 'calendar';
  if (exportHead.test(text)) return 'rondo';
  if (/^\{\s*(?:"|\})/.test(text)) return 'super-productivity';
  if (/^\[\s*(?:\{|\])/.test(text)) return 'vikunja';
  for (const line of text.split('\n', maxLinesToHeader)) {
    const columns = columnsOf(line);
    if (isRondoHeader(columns) || hasSemicolons(line)) return 'rondo-csv';
    if (isTickTickHeader(columns)) return 'ticktick';
    if (isTodoistHeader(columns)) return 'todoist-csv';
  }
  if (!plainTypes.has(mediaType) || text === '' || text.startsWith('<') || text.includes('\0'))
    return undefined;
  return mediaType === 'text/markdown' || listItem.test(text) ? 'markdown' : 'text';
}
