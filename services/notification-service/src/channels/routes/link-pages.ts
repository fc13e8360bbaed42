import type { LinkPurpose } from '../domain/link-token.ts';

const page = (content: string) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Rondo</title>
<style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 32em; margin: 4em auto; padding: 0 1em }</style>
${content}
</html>
`;

/** A form that goes to the page's own address. */
const form = (button: string) => `<form method="post">
<input type="hidden" name="List-Unsubscribe" value="One-Click"><button>${button}</button></form>`;

/** Of each link, the page that asks, and the one that says that it is done. */
export const linkPages: Record<LinkPurpose, { asks: string; done: string }> = {
  unsubscribe: {
    asks: page(`<p>Shall Rondo stop sending e-mails to this address?</p>\n${form('Stop the e-mails')}`),
    done: page(
      '<p>Rondo sends no more e-mails to this address. You can turn them on again in the settings.</p>',
    ),
  },
  confirm: {
    asks: page(`<p>Shall Rondo send reminders to this address?</p>\n${form('Send them here')}`),
    done: page(
      '<p>Rondo sends reminders to this address from now on. Every e-mail has a link to stop them.</p>',
    ),
  },
};
