import type { AuditCheckpoint } from '@rondo/shared/contracts/audit-checkpoint';
import type { Message } from '../domain/channel.ts';
import { truncate } from './truncate.ts';
import { escapeHtml } from '@rondo/shared/http/escape-html';

export type EmailContent = { subject: string; text: string; html: string };

const maxSubjectLength = 200;

const styles = {
  body: 'margin:0;padding:24px;font-family:system-ui,sans-serif;font-size:16px;line-height:1.5;color:#1c1c1e;background:#ffffff',
  title: 'margin:0 0 16px;font-size:20px;line-height:1.3',
  paragraph: 'margin:0 0 16px',
  link: 'color:#1d4ed8',
  checkpoint: 'margin:8px 0 0;font-size:12px;white-space:pre-wrap;overflow-wrap:anywhere;color:#6b7280',
  footer: 'margin:32px 0 0;font-size:13px;color:#6b7280',
};

/** What a checkpoint is for, and how to check an export with it. `npm run audit:verify` reads over text around a checkpoint. */
const checkpointPurpose =
  'Audit checkpoint: keep this e-mail, and it shows whether someone rewrote the history of your tasks later. Save this text as kept.txt, and run:';
const checkpointCommand = 'npm run audit:verify -- rondo-audit.ndjson --checkpoint kept.txt';

/** Subject, text and HTML of an e-mail. The HTML loads nothing from elsewhere. */
export function emailContent(
  {
    title,
    body,
    url,
    linkText = 'Open in Rondo',
    auditCheckpoint: checkpoint,
  }: Pick<Message, 'title' | 'body' | 'url' | 'linkText' | 'auditCheckpoint'>,
  unsubscribeUrl: string,
): EmailContent {
  // A line break in the subject would start another header.
  const line = title.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim() || 'Rondo';
  const footer = 'You receive this e-mail because this address was added to Rondo.';
  return {
    subject: truncate(line, (text) => text.length <= maxSubjectLength),
    text: [
      line,
      body,
      ...(url === null ? [] : [`${linkText}: ${url}`]),
      ...(checkpoint ? [[checkpointPurpose, checkpointCommand, linesOf(checkpoint)].join('\n')] : []),
      `-- \n${footer}\nUnsubscribe: ${unsubscribeUrl}`,
    ].join('\n\n'),
    html: [
      `<!doctype html><html><head><meta charset="utf-8"><title>${escapeHtml(line)}</title></head>`,
      `<body style="${styles.body}">`,
      `<h1 dir="auto" style="${styles.title}">${escapeHtml(line)}</h1>`,
      ...paragraphsOf(body),
      ...(url === null ? [] : [`<p style="${styles.paragraph}">${link(url, linkText)}</p>`]),
      ...(checkpoint
        ? [
            `<p style="${styles.footer}">${checkpointPurpose}<br>\n<code>${checkpointCommand}</code></p>`,
            `<pre style="${styles.checkpoint}">${escapeHtml(linesOf(checkpoint))}</pre>`,
          ]
        : []),
      `<p style="${styles.footer}">${footer} ${link(unsubscribeUrl, 'Unsubscribe')}</p>`,
      '</body></html>',
    ].join('\n'),
  };
}

function paragraphsOf(body: string): string[] {
  return body
    .split(/(?:\r?\n){2,}/)
    .filter((paragraph) => paragraph.trim() !== '')
    .map((paragraph) => {
      const lines = escapeHtml(paragraph.trim()).split(/\r?\n/).join('<br>\n');
      return `<p dir="auto" style="${styles.paragraph}">${lines}</p>`;
    });
}

/** One line for each field, short enough not to be wrapped by mail servers. */
function linesOf(checkpoint: AuditCheckpoint): string {
  return JSON.stringify(checkpoint, undefined, 2);
}

function link(url: string, text: string): string {
  return `<a href="${escapeHtml(url)}" style="${styles.link}">${escapeHtml(text)}</a>`;
}
