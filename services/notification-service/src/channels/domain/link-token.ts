import type { SecretBox } from './secret-box.ts';

/** What a link in an e-mail does without a login: turn the channel off (RFC 8058), or confirm its address. */
export type LinkPurpose = 'unsubscribe' | 'confirm';

/** Whom a link is for, and until when it works. Without an end it works as long as the key that sealed it. */
export type LinkTarget = { channelId: string; endsAt?: Date };

/** A link for one e-mail channel. Its token is the sealed id of the channel and the end, valid for one purpose. */
export function linkFor(
  box: SecretBox,
  publicUrl: string,
  purpose: LinkPurpose,
  { channelId, endsAt }: LinkTarget,
): string {
  const target = endsAt === undefined ? channelId : `${channelId} ${endsAt.getTime()}`;
  return `${publicUrl}/${purpose}/${box.seal(target, purpose)}`;
}

/** The id of the channel that a token was issued for; undefined if the token is invalid or its end has come. */
export function channelOfToken(
  box: SecretBox,
  purpose: LinkPurpose,
  token: string,
  now: Date,
): string | undefined {
  try {
    const [channelId, endsAt] = box.open(token, purpose).split(' ');
    // An e-mail must be possible to unsubscribe from for as long as someone keeps it. A confirmation always has an end.
    const isValid = endsAt === undefined ? purpose === 'unsubscribe' : now.getTime() < Number(endsAt);
    return isValid ? channelId : undefined;
  } catch {
    return undefined;
  }
}
