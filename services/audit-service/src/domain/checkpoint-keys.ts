import {
  createHash,
  createPrivateKey,
  createPublicKey,
  sign,
  verify,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import type { AuditCheckpoint, AuditKeys } from '@rondo/shared/contracts/audit-checkpoint';

export type UnsignedCheckpoint = Omit<AuditCheckpoint, 'key_id' | 'signature'>;

/** Whether a checkpoint has a valid signature of a known key. */
export type SignatureCheck = (checkpoint: AuditCheckpoint) => boolean;

export type CheckpointKeys = {
  /** The public keys, the one that signs first. */
  published: AuditKeys;
  sign(checkpoint: UnsignedCheckpoint): AuditCheckpoint;
  isSigned: SignatureCheck;
};

/** An Ed25519 private key in DER (RFC 8410) is this prefix and the 32 bytes of the key. */
const derPrefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const keyBytes = 32;

/**
 * Opens the keys of checkpoints: private keys of Ed25519 (RFC 8032), 32 bytes in base64 each, separated by commas. The first one
 * signs; checkpoints of the others stay valid.
 * @throws Error if a key has another length
 */
export function openCheckpointKeys(list: string): CheckpointKeys {
  const keys = list.split(',').map((text) => openKey(text.trim()));
  const [signer] = keys;
  if (!signer) throw new Error('there is no key');
  const published: AuditKeys = { keys: keys.map(({ jwk }) => jwk) };
  return {
    published,
    sign(checkpoint) {
      const unsigned = { ...checkpoint, key_id: signer.jwk.kid };
      const signature = sign(undefined, Buffer.from(canonicalJson(unsigned)), signer.privateKey);
      return { ...unsigned, signature: signature.toString('base64url') };
    },
    isSigned: createSignatureCheck(published),
  };
}

/** Makes a check of signatures with public keys, such as those of `GET /api/v1/audit/keys`. */
export function createSignatureCheck({ keys }: AuditKeys): SignatureCheck {
  const known = new Map(
    keys.map(({ kty, crv, x }) => [
      thumbprintOf(x),
      createPublicKey({ key: { kty, crv, x } satisfies JsonWebKey, format: 'jwk' }),
    ]),
  );
  return ({ signature, ...unsigned }) => {
    const key = known.get(unsigned.key_id);
    if (!key) return false;
    return verify(undefined, Buffer.from(canonicalJson(unsigned)), key, Buffer.from(signature, 'base64url'));
  };
}

/**
 * Canonical JSON (RFC 8785) of an object whose values are whole numbers and ASCII text without control characters: the members
 * are sorted by name, and `JSON.stringify` writes such values as the RFC says.
 */
function canonicalJson(flat: Record<string, string | number>): string {
  return JSON.stringify(
    Object.fromEntries(
      Object.entries(flat).toSorted(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)),
    ),
  );
}

function openKey(text: string): { privateKey: KeyObject; jwk: AuditKeys['keys'][number] } {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== keyBytes)
    throw new Error(`each key must be ${keyBytes} random bytes in base64, separated by commas`);
  const privateKey = createPrivateKey({
    key: Buffer.concat([derPrefix, bytes]),
    format: 'der',
    type: 'pkcs8',
  });
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  return {
    privateKey,
    jwk: { kty: 'OKP', crv: 'Ed25519', x, kid: thumbprintOf(x), alg: 'EdDSA', use: 'sig' },
  };
}

/** The JWK thumbprint of an Ed25519 key (RFC 7638, RFC 8037 section 2). */
function thumbprintOf(x: string): string {
  return createHash('sha256')
    .update(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }))
    .digest('base64url');
}
