/**
 * The server refused the app's token (401). `getTicket` and `fetchChanges` throw it; the client then stops with the state
 * `signed-out`, because another attempt with the same token would fail, too.
 */
export class SignedOutError extends Error {
  override readonly name = 'SignedOutError';
}
