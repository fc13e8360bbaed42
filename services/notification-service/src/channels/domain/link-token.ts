import type { SecretBox } from './secret-box.ts';

/** What a link in an e-mail does without a login: turn the channel off (RFC 8058), or confirm its address. */
export type LinkPurpose = 'unsubscribe' | 'confirm';

/** A link for one e-mail channel. Its token is the sealed id of the channel, valid for one purpose. */
export function linkFor(box: SecretBox, publicUrl: string, purpose: LinkPurpose, channelId: string): string {
  return `${publicUrl}/${purpose}/${box.seal(channelId, purpose)}`;
}

/** The id of the channel that a token was issued for; undefined if the token is invalid. */
export function channelOfToken(box: SecretBox, purpose: LinkPurpose, token: string): string | undefined {
  try {
    return box.open(token, purpose);
  } catch {
    return undefined;
  }
}
