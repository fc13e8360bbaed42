import { createHash } from 'node:crypto';
import type { ChannelTarget } from '@rondo/shared/contracts/notification';
import { invalidInput } from '@rondo/shared/errors';

/** Where a target leads, in words that hold no secret: an address, or the host of one. */
export function labelOf(target: ChannelTarget): string {
  switch (target.kind) {
    case 'email':
      return target.address;
    case 'web_push':
      return `browser at ${new URL(target.endpoint).host}`;
    case 'webhook':
      return new URL(target.url).host;
    case 'ntfy':
      return `${new URL(target.server).host}/${target.topic}`;
  }
}

/** By which a target is known again: the same place gives the same text, whatever its keys are, and does not show in it. */
export function fingerprintOf(target: ChannelTarget): string {
  return createHash('sha256')
    .update(JSON.stringify([target.kind, ...placeOf(target)]))
    .digest('base64url');
}

/** @throws AppError 422 for an address that can't be one of http */
export function checkTarget(target: ChannelTarget): void {
  const [field, address] = addressOf(target);
  if (address === undefined) return;
  const url = URL.parse(address);
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:')
    throw invalidInput([{ field, message: 'must be an https URL' }]);
  if (url.username || url.password)
    throw invalidInput([{ field, message: 'must not contain a user name or a password' }]);
}

function placeOf(target: ChannelTarget): string[] {
  switch (target.kind) {
    case 'email':
      return [target.address.toLowerCase()];
    case 'web_push':
      return [target.endpoint];
    case 'webhook':
      return [target.url];
    case 'ntfy':
      return [new URL(target.server).origin, target.topic];
  }
}

function addressOf(target: ChannelTarget): [field: string, address: string | undefined] {
  switch (target.kind) {
    case 'email':
      return ['address', undefined];
    case 'web_push':
      return ['endpoint', target.endpoint];
    case 'webhook':
      return ['url', target.url];
    case 'ntfy':
      return ['server', target.server];
  }
}
