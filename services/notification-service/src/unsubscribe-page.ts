const page = (content: string) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Rondo</title>
<style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 32em; margin: 4em auto; padding: 0 1em }</style>
${content}
</html>
`;

/** Asks before it unsubscribes; the form goes to the page's own address. */
export const confirmationPage: string = page(`<p>Shall Rondo stop sending e-mails to this address?</p>
<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click"><button>Stop the e-mails</button></form>`);

export const farewellPage: string = page(
  '<p>Rondo sends no more e-mails to this address. You can turn them on again in the settings.</p>',
);
