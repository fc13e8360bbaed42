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

/** For each kind of link, the page that asks the reader, the page after they agreed, and the page of an invalid link. */
export const linkPages: Record<LinkPurpose, { ask: string; done: string; invalid: string }> = {
  unsubscribe: {
    ask: page(`<p>Stop e-mails from Rondo to this address?</p>\n${form('Unsubscribe')}`),
    done: page(
      '<p>You are unsubscribed. Rondo will not send e-mails to this address any more. To get them again, add the address in Rondo and confirm it.</p>',
    ),
    invalid: page(
      '<p>This link is not valid, and no e-mail was turned off. Open the link again in the newest e-mail from Rondo, or copy all of it.</p>',
    ),
  },
  confirm: {
    ask: page(`<p>Send your Rondo reminders to this address?</p>\n${form('Confirm')}`),
    done: page(
      '<p>Confirmed. Rondo will send your reminders to this address. Each e-mail has a link to unsubscribe.</p>',
    ),
    invalid: page(
      '<p>This link is not valid, or it is older than 7 days. Open it again in the e-mail, or copy all of it. For a new e-mail, add the address in Rondo again.</p>',
    ),
  },
};
