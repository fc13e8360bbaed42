import { timingSafeEqual } from 'node:crypto';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { isTimeZone } from '@rondo/time/zone';
import { Uuid } from '../contracts/scalars.ts';
import { ActorSource } from '../contracts/actor.ts';
import { AppError, unavailable } from '../errors.ts';

/** Who sent a request. Until sharing exists, a person acts in the workspace that has their own id. */
export type Identity = {
  personId: string;
  workspaceId: string;
  source: Static<typeof ActorSource>;
  /** The IANA zone that the token's `zoneinfo` names (OpenID Connect Core 1.0 section 5.1); UTC without one. */
  timeZone: string;
  isOperator: boolean;
};

const claims = Compile(
  Type.Object({
    sub: Uuid,
    exp: Type.Number(),
    source: Type.Optional(ActorSource),
    zoneinfo: Type.Optional(Type.String()),
    roles: Type.Optional(Type.Array(Type.String())),
  }),
);

export type TokenVerifier = (authorization: string | undefined) => Promise<Identity>;

export type TokenVerifierOptions = {
  issuer: string;
  audience: string;
  keys: JWTVerifyGetKey;
  /** Milliseconds since the epoch, to tell whether a remembered token has expired. */
  now: () => number;
};

/** The issuer's public keys, cached. An unknown key id fetches them again, at most every 30 s. */
export function remoteKeys(url: string): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(url), {
    timeoutDuration: 5_000,
    cooldownDuration: 30_000,
    cacheMaxAge: 600_000,
  });
}

const rememberedTokens = 10_000;

/**
 * Verifies `Authorization: Bearer` (RFC 6750, RFC 8725): EdDSA or ES256 only, issuer, audience and expiry. A valid token is
 * remembered until it expires, because a signature check costs more than a small request.
 * @throws AppError 401 `unauthorized`; 503 `unavailable` if the issuer's keys can't be fetched
 */
export function createTokenVerifier({ issuer, audience, keys, now }: TokenVerifierOptions): TokenVerifier {
  const remembered = new Map<string, { identity: Identity; expiresMs: number }>();

  return async function verify(authorization) {
    const known = authorization === undefined ? undefined : remembered.get(authorization);
    if (known && known.expiresMs > now()) return known.identity;
    const [scheme, token] = authorization?.split(' ') ?? [];
    if (!authorization || scheme?.toLowerCase() !== 'bearer' || !token)
      throw unauthorized('A bearer token is needed.');
    const payload = await verifySignature(token, { issuer, audience, keys, now });
    if (!claims.Check(payload))
      throw unauthorized('The token lacks a claim that Rondo needs: sub (a UUID) and exp.');
    const identity = {
      personId: payload.sub,
      workspaceId: payload.sub,
      source: payload.source ?? 'api',
      timeZone: payload.zoneinfo !== undefined && isTimeZone(payload.zoneinfo) ? payload.zoneinfo : 'UTC',
      isOperator: payload.roles?.includes('operator') ?? false,
    };
    if (remembered.size >= rememberedTokens) remembered.clear();
    remembered.set(authorization, { identity, expiresMs: payload.exp * 1000 });
    return identity;
  };
}

async function verifySignature(
  token: string,
  { issuer, audience, keys, now }: TokenVerifierOptions,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: ['EdDSA', 'Ed25519', 'ES256'],
      currentDate: new Date(now()),
      requiredClaims: ['sub', 'exp'],
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError))
      throw unavailable("The issuer's keys", error);
    if (error.code === 'ERR_JOSE_GENERIC') throw unavailable("The issuer's keys", error);
    throw unauthorized(
      error instanceof errors.JWTExpired ? 'The token has expired.' : 'The token is not valid here.',
    );
  }
}

function unauthorized(message: string): AppError {
  return new AppError('unauthorized', message, {
    status: 401,
    headers: { 'www-authenticate': 'Bearer realm="rondo"' },
  });
}

/** Compares a secret in constant time. Only its length can be learned. */
export function isSameSecret(given: unknown, expected: string): boolean {
  if (typeof given !== 'string') return false;
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}
