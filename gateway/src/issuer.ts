import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from 'jose';
import { v5 } from 'uuid';
import { keptSecret } from './kept-secret.ts';

/** The token issuer of an installation: a key pair of its own, made on the first start, and a local person. */
export type Issuer = {
  issuer: string;
  audience: string;
  /** The public keys (RFC 7517 section 5), as services fetch them. */
  jwks: { keys: JWK[] };
  /** A token for a person by name, for `lifetime` (as jose reads it, e.g. `7d`). The same name is always the same person. */
  tokenFor(name: string, lifetime?: string): Promise<string>;
};

export const localIssuer = 'urn:rondo:local';
export const localAudience = 'rondo';

/** The person of `npm run token` without a name. They are the operator of their own machine. */
export const localPerson = 'me';

const algorithm = 'EdDSA';
/** Whoever works at this machine lives in its time zone. */
const machineZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const peopleNamespace = '6c0a8f4e-6f0b-4d5b-9d0e-2f3c7a1b5e90';

/** The id of the person whom a name stands for (UUIDv5, RFC 9562 section 5.5). */
export function personId(name: string): string {
  return v5(name, peopleNamespace);
}

/** Opens the issuer of a data directory, as `openIssuerIn` does its directory `identity`. */
export async function openIssuer(dataDir: string): Promise<Issuer> {
  return openIssuerIn(join(dataDir, 'identity'));
}

/**
 * Opens the issuer whose key is in a directory, and makes the key (readable by its owner alone) when there is none.
 * @throws AppError `secret-unreadable`, `secret-unwritable`
 */
export async function openIssuerIn(identityDir: string): Promise<Issuer> {
  const privateJwk = await keptSecret(
    join(identityDir, 'signing-key.json'),
    makeKey,
    'tokens given so far then end',
  );
  const key = await importJWK(privateJwk, algorithm);
  const { d: _secret, ...publicJwk } = privateJwk;
  const kid = await calculateJwkThumbprint(publicJwk);
  return {
    issuer: localIssuer,
    audience: localAudience,
    jwks: { keys: [{ ...publicJwk, kid, alg: algorithm, use: 'sig' }] },
    tokenFor: (name, lifetime = '7d') =>
      new SignJWT({ name, roles: name === localPerson ? ['operator'] : [], zoneinfo: machineZone })
        .setProtectedHeader({ alg: algorithm, kid, typ: 'JWT' })
        .setSubject(personId(name))
        .setIssuer(localIssuer)
        .setAudience(localAudience)
        .setIssuedAt()
        .setExpirationTime(lifetime)
        .sign(key),
  };
}

async function makeKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return exportJWK(privateKey);
}
