import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';
import type { WebPushTarget } from '../../src/channels/transports/web-push.ts';

export type Browser = { target(endpoint: string): WebPushTarget; decrypt(body: Buffer): string };

/** The browser's side of Web Push: its subscription, and decryption (RFC 8291 section 3.4, RFC 8188). */
export function createBrowser(): Browser {
  const keys = createECDH('prime256v1');
  const publicKey = keys.generateKeys();
  const auth = randomBytes(16);
  const derive = (key: Buffer, salt: Buffer, info: Buffer | string, length: number) =>
    Buffer.from(hkdfSync('sha256', key, salt, info, length));

  return {
    target: (endpoint) => ({
      endpoint,
      p256dh: publicKey.toString('base64url'),
      auth: auth.toString('base64url'),
    }),
    decrypt(body) {
      const salt = body.subarray(0, 16);
      const sender = body.subarray(21, 21 + body.readUInt8(20));
      const sealed = body.subarray(21 + sender.length);
      const info = Buffer.concat([Buffer.from('WebPush: info\0'), publicKey, sender]);
      const secret = derive(keys.computeSecret(sender), auth, info, 32);
      const key = derive(secret, salt, 'Content-Encoding: aes128gcm\0', 16);
      const nonce = derive(secret, salt, 'Content-Encoding: nonce\0', 12);
      const decipher = createDecipheriv('aes-128-gcm', key, nonce).setAuthTag(sealed.subarray(-16));
      const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
      // The last record ends with 2 and padding zeros.
      return padded.subarray(0, padded.lastIndexOf(2)).toString();
    },
  };
}
