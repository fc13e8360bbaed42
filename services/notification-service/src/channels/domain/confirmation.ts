/** Why an e-mail channel is off at first: it proves that the person can read what is sent there. */
export const waitingForConfirmation = 'Waiting for the link in the confirmation e-mail to be opened.';

/** The e-mail that asks to confirm an address. */
export const confirmationMail = {
  title: 'Confirm this address for Rondo reminders',
  body: 'Someone, hopefully you, asked Rondo to send reminders here. Click to confirm, or ignore this e-mail.',
  linkText: 'Confirm this address',
};

/** How long the link in a confirmation e-mail works, from when it is sent. */
export const confirmableMs = 7 * 24 * 3_600_000;

/** Per workspace, whatever the addresses are. */
export const maxConfirmationsPerDay = 10;
