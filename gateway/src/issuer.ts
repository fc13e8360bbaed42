import { join } from 'node:path';
import { AppError } from '@rondo/shared/errors';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from 'jose';
import { v5 } from 'uuid';
import { keptSecret, readSecret } from './kept-secret.ts';

/** The token issuer of an installation. Its key pair is created at the first start. */
export type Issuer = {
  issuer: string;
  audience: string;
  /** The public keys that services fetch (RFC 7517 section 5). */
  jwks: { keys: JWK[] };
  /**
   * Issues a token for a person by name, or for an agent that acts for them, which is never an operator. A name is always the same
   * person.
   */
  tokenFor(name: string, agent?: string): Promise<string>;
};

export const localIssuer = 'urn:rondo:local';
export const localAudience = 'rondo';

/** The default person of `npm run token`: the operator of this machine. */
export const localPerson = 'me';

const algorithm = 'EdDSA';
/** Local people are assumed to live in the time zone of this machine. */
const machineZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
/** A machine in UTC is a server: it says nothing of the person. */
const zoneClaim = ['UTC', 'Etc/UTC'].includes(machineZone) ? {} : { zoneinfo: machineZone };
const peopleNamespace = '6c0a8f4e-6f0b-4d5b-9d0e-2f3c7a1b5e90';

/** The id of the person with a name (UUIDv5, RFC 9562 section 5.5). */
export function personId(name: string): string {
  return v5(name, peopleNamespace);
}

/** Opens the issuer in `identity` of a data directory. @throws as `openIssuerIn` */
export async function openIssuer(dataDir: string): Promise<Issuer> {
  return openIssuerIn(join(dataDir, 'identity'));
}

/**
 * Opens the issuer of a directory, and creates its key if it is missing. Only the owner of the process can read the key.
 * @throws AppError `secret-unreadable`, `secret-unwritable`
 */
export async function openIssuerIn(identityDir: string): Promise<Issuer> {
  return issuerOf(await keptSecret(keyFileOf(identityDir), makeKey, removalOfKey));
}

/**
 * Opens the issuer of a directory that has a key.
 * @throws AppError `secret-missing`, `secret-unreadable`
 */
export async function openExistingIssuerIn(identityDir: string): Promise<Issuer> {
  const file = keyFileOf(identityDir);
  const privateJwk = await readSecret<JWK>(file, removalOfKey);
  if (!privateJwk)
    throw new AppError(
      'secret-missing',
      `There is no ${file}: start Rondo first, or set RONDO_DATA_DIR to its data directory.`,
    );
  return issuerOf(privateJwk);
}

const keyFileOf = (identityDir: string) => join(identityDir, 'signing-key.json');
const removalOfKey = 'all tokens then become invalid';

async function issuerOf(privateJwk: JWK): Promise<Issuer> {
  const key = await importJWK(privateJwk, algorithm);
  const { d: _secret, ...publicJwk } = privateJwk;
  const kid = await calculateJwkThumbprint(publicJwk);
  return {
    issuer: localIssuer,
    audience: localAudience,
    jwks: { keys: [{ ...publicJwk, kid, alg: algorithm, use: 'sig' }] },
    tokenFor: (name, agent) =>
      new SignJWT({
        name,
        roles: name === localPerson && agent === undefined ? ['operator'] : [],
        ...zoneClaim,
        ...(agent === undefined ? {} : { act: { sub: agent, name: agent } }),
      })
        .setProtectedHeader({ alg: algorithm, kid, typ: 'JWT' })
        .setSubject(personId(name))
        .setIssuer(localIssuer)
        .setAudience(localAudience)
        .setIssuedAt()
        .setExpirationTime('7d')
        .sign(key),
  };
}

async function makeKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return exportJWK(privateKey);
}
