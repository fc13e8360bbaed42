import type { SecretBox } from './channels/secret-box.ts';

const context = 'unsubscribe';

/** A link that ends one e-mail channel without a login (RFC 8058): its token is the sealed id of the channel. */
export function unsubscribeUrl(box: SecretBox, publicUrl: string, channelId: string): string {
  return `${publicUrl}/unsubscribe/${box.seal(channelId, context)}`;
}

/** The channel that a token is for; undefined for one that was not given here. What is compared is a tag of AES-GCM. */
export function channelOfToken(box: SecretBox, token: string): string | undefined {
  try {
    return box.open(token, context);
  } catch {
    return undefined;
  }
}
