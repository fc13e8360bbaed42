import { createHash } from 'node:crypto';
import type { ChannelTarget } from '@rondo/shared/contracts/channel-target';
import { invalidInput } from '@rondo/shared/errors';

/** A name for a target that reveals no secret: an e-mail address, a chat, or the host of a URL. */
export function labelOf(target: ChannelTarget): string {
  switch (target.kind) {
    case 'email':
      return target.address;
    case 'web_push':
      return `browser at ${new URL(target.endpoint).host}`;
    case 'webhook':
    case 'slack':
    case 'discord':
      return new URL(target.url).host;
    case 'ntfy':
      return `${new URL(target.server).host}/${target.topic}`;
    case 'telegram':
      return `chat ${target.chat_id}`;
    case 'gotify':
      return new URL(target.server).host;
    case 'matrix':
      return `${target.room_id} at ${new URL(target.homeserver).host}`;
  }
}

/** A hash that is equal for equal destinations, whatever their keys are. */
export function fingerprintOf(target: ChannelTarget): string {
  return createHash('sha256')
    .update(JSON.stringify([target.kind, ...destinationOf(target)]))
    .digest('base64url');
}

/** @throws AppError 422 if the target's URL is invalid */
export function checkTarget(target: ChannelTarget): void {
  const [field, address] = urlFieldOf(target);
  if (address === undefined) return;
  const url = URL.parse(address);
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:')
    throw invalidInput([{ field, message: 'must be an https URL' }]);
  if (url.username || url.password)
    throw invalidInput([{ field, message: 'must not contain a user name or a password' }]);
}

function destinationOf(target: ChannelTarget): string[] {
  switch (target.kind) {
    case 'email':
      return [target.address.toLowerCase()];
    case 'web_push':
      return [target.endpoint];
    case 'webhook':
    case 'slack':
    case 'discord':
      return [target.url];
    case 'ntfy':
      return [new URL(target.server).origin, target.topic];
    case 'telegram':
      // A new token of the same bot writes to the same chat.
      return [target.bot_token.split(':', 1).join(), target.chat_id];
    case 'gotify':
      return [new URL(target.server).href, target.token];
    case 'matrix':
      return [new URL(target.homeserver).href, target.room_id];
  }
}

function urlFieldOf(target: ChannelTarget): [field: string, url: string | undefined] {
  switch (target.kind) {
    case 'email':
      return ['address', undefined];
    case 'web_push':
      return ['endpoint', target.endpoint];
    case 'webhook':
    case 'slack':
    case 'discord':
      return ['url', target.url];
    case 'ntfy':
    case 'gotify':
      return ['server', target.server];
    case 'matrix':
      return ['homeserver', target.homeserver];
    case 'telegram':
      return ['chat_id', undefined];
  }
}
