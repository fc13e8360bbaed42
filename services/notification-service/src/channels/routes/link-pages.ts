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

/** A form that posts to the page's own address. */
const form = (button: string) => `<form method="post">
<input type="hidden" name="List-Unsubscribe" value="One-Click"><button>${button}</button></form>`;

/** For each kind of link, the page that asks the reader, and the page after they agreed. */
export const linkPages: Record<LinkPurpose, { ask: string; done: string }> = {
  unsubscribe: {
    ask: page(`<p>Stop e-mails from Rondo to this address?</p>\n${form('Unsubscribe')}`),
    done: page(
      '<p>You are unsubscribed. Rondo will not send e-mails to this address any more. You can turn them on again in the settings.</p>',
    ),
  },
  confirm: {
    ask: page(`<p>Send your Rondo reminders to this address?</p>\n${form('Confirm')}`),
    done: page(
      '<p>Confirmed. Rondo will send your reminders to this address. Each e-mail has a link to unsubscribe.</p>',
    ),
  },
};
