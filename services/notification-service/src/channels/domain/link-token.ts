import type { SecretBox } from './secret-box.ts';

/** What a link in an e-mail does without a login: ends the channel (RFC 8058), or says that the address is its person's. */
export type LinkPurpose = 'unsubscribe' | 'confirm';

/** A link for one e-mail channel: its token is the sealed id of the channel, good for one purpose. */
export function linkFor(box: SecretBox, publicUrl: string, purpose: LinkPurpose, channelId: string): string {
  return `${publicUrl}/${purpose}/${box.seal(channelId, purpose)}`;
}

/** The channel that a token is for; undefined for one that was not given here. What is compared is a tag of AES-GCM. */
export function channelOfToken(box: SecretBox, purpose: LinkPurpose, token: string): string | undefined {
  try {
    return box.open(token, purpose);
  } catch {
    return undefined;
  }
}
