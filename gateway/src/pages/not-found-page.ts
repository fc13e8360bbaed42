import { escapeHtml } from '@rondo/shared/http/escape-html';
import { layout } from './layout.ts';

/** The page at every address that leads nowhere. */
export function notFoundPage(path: string): string {
  const main = `      <section class="hero">
        <h1>There is no page here</h1>
        <p class="lead">Nothing is at <code>${escapeHtml(path)}</code>. The address may be mistyped.</p>
        <p><a href="/">To the start page</a> or <a href="/docs">to the API reference</a></p>
      </section>`;
  return layout('Not found · Rondo', main);
}
