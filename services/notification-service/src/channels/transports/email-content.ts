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
  footer: 'margin:32px 0 0;font-size:13px;color:#6b7280',
};

/** Subject, text and HTML of an e-mail. The HTML loads nothing from elsewhere. */
export function emailContent(
  { title, body, url, linkText = 'Open in Rondo' }: Pick<Message, 'title' | 'body' | 'url' | 'linkText'>,
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
      `-- \n${footer}\nUnsubscribe: ${unsubscribeUrl}`,
    ].join('\n\n'),
    html: [
      `<!doctype html><html><head><meta charset="utf-8"><title>${escapeHtml(line)}</title></head>`,
      `<body style="${styles.body}">`,
      `<h1 dir="auto" style="${styles.title}">${escapeHtml(line)}</h1>`,
      ...paragraphsOf(body),
      ...(url === null ? [] : [`<p style="${styles.paragraph}">${link(url, linkText)}</p>`]),
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

function link(url: string, text: string): string {
  return `<a href="${escapeHtml(url)}" style="${styles.link}">${escapeHtml(text)}</a>`;
}
