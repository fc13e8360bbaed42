import { hash, timingSafeEqual } from 'node:crypto';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { isTimeZone } from '@rondo/time/zone';
import { Uuid } from '../contracts/scalars.ts';
import { ActorSource, Agent } from '../contracts/actor.ts';
import { AppError, unavailable } from '../errors.ts';

/** Who sent a request. Until sharing exists, a person acts in the workspace that has their own id. */
export type Identity = {
  personId: string;
  workspaceId: string;
  source: Static<typeof ActorSource>;
  /** The agent that acts for the person. */
  agent?: Agent;
  /** The IANA zone that the token's `zoneinfo` names (OpenID Connect Core 1.0 section 5.1); null without one. */
  timeZone: string | null;
  /** The token's `locale` (OpenID Connect Core 1.0 section 5.1), such as `en-GB`; null without one. */
  locale: string | null;
  isOperator: boolean;
  /** When the token expires (its `exp`), in milliseconds since the epoch. */
  tokenExpiresMs: number;
};

const claims = Compile(
  Type.Object({
    sub: Uuid,
    exp: Type.Number(),
    iat: Type.Optional(Type.Number()),
    source: Type.Optional(ActorSource),
    act: Type.Optional(Type.Unknown()),
    zoneinfo: Type.Optional(Type.String()),
    locale: Type.Optional(Type.String({ maxLength: 100 })),
    roles: Type.Optional(Type.Array(Type.String())),
  }),
);

/** The agent that acts for the person. What else the claim has, such as earlier actors, decides nothing (RFC 8693 section 4.1). */
const actClaim = Compile(Type.Object({ sub: Agent.properties.client_id, name: Agent.properties.name }));

export type TokenVerifier = (authorization: string | undefined) => Promise<Identity>;

export type TokenVerifierOptions = {
  issuer: string;
  audience: string;
  keys: JWTVerifyGetKey;
  /** The longest time from `iat` to `exp`, in seconds. With it, a token needs an `iat`. */
  maxLifetimeS?: number | undefined;
  /** Milliseconds since the epoch. */
  now: () => number;
};

/**
 * The issuer's public keys, cached for ten minutes. An unknown key id fetches them again, at most every 30 s. jose measures both
 * with the wall clock, so a clock that was set back begins with an empty cache.
 */
export function remoteKeys(url: string): JWTVerifyGetKey {
  const open = () =>
    createRemoteJWKSet(new URL(url), {
      timeoutDuration: 5_000,
      cooldownDuration: 30_000,
      cacheMaxAge: 600_000,
    });
  let keys = open();
  let seenMs = 0;
  return (header, token) => {
    const now = Date.now();
    if (now < seenMs) keys = open();
    seenMs = now;
    return keys(header, token);
  };
}

/** How far the issuer's clock may differ from this one. */
const leewayMs = 30_000;
const rememberedTokens = 10_000;
/** A token that its issuer revokes, or whose key it removes, is refused after this time. */
const rememberedMs = 60_000;

/** The scheme and a `b64token` (RFC 6750 section 2.1), and nothing else. */
const bearerToken = /^bearer ([\w.~+/-]+=*)$/i;

/** What an access token may say that it is: RFC 7519 section 5.1, RFC 9068 section 2.1. */
const tokenTypes = new Set(['jwt', 'at+jwt', 'application/jwt', 'application/at+jwt']);

type RememberedToken = { identity: Identity; verifiedMs: number };

/**
 * Verifies `Authorization: Bearer` (RFC 6750, RFC 8725): EdDSA or ES256 only, issuer, audience, type, lifetime and times, with 30 s
 * of leeway. A valid token is remembered for a minute under its hash, because a signature check costs more than a small request.
 * @throws AppError 401 `unauthorized`; 503 `unavailable` if the issuer's keys can't be fetched
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const { now, maxLifetimeS = Infinity } = options;
  const remembered = new Map<string, RememberedToken>();

  function isCurrent({ identity, verifiedMs }: RememberedToken): boolean {
    const ageMs = now() - verifiedMs;
    // It is negative if the clock was set back.
    return ageMs >= 0 && ageMs < rememberedMs && identity.tokenExpiresMs + leewayMs > now();
  }

  function remember(digest: string, identity: Identity): void {
    // A Map keeps insertion order, so its first entry was verified first.
    remembered.delete(digest);
    const [oldest] = remembered.size >= rememberedTokens ? remembered.keys() : [];
    if (oldest !== undefined) remembered.delete(oldest);
    remembered.set(digest, { identity, verifiedMs: now() });
  }

  return async function verify(authorization) {
    const [, token] = bearerToken.exec(authorization ?? '') ?? [];
    if (token === undefined) throw unauthorized('A bearer token is needed.');
    const digest = hash('sha256', token, 'base64');
    const known = remembered.get(digest);
    if (known && isCurrent(known)) return known.identity;
    const payload = await verifySignature(token, options);
    if (!claims.Check(payload))
      throw unauthorized('The token lacks a claim that Rondo needs: sub (a UUID) and exp.');
    if (payload.iat !== undefined && (payload.iat * 1000 > now() + leewayMs || payload.iat > payload.exp))
      throw unauthorized('The token was issued in the future.');
    // Without `iat` it may be as old as it likes.
    if (payload.exp - (payload.iat ?? -Infinity) > maxLifetimeS)
      throw unauthorized(`A token may be valid for at most ${maxLifetimeS} s. Get a new token.`);
    const identity = {
      personId: payload.sub,
      workspaceId: payload.sub,
      source: payload.source ?? 'api',
      ...(payload.act === undefined ? {} : { agent: agentOf(payload.act) }),
      timeZone: payload.zoneinfo !== undefined && isTimeZone(payload.zoneinfo) ? payload.zoneinfo : null,
      locale: payload.locale ?? null,
      // An agent that acts for an operator has only what is theirs as a person.
      isOperator: payload.act === undefined && (payload.roles?.includes('operator') ?? false),
      tokenExpiresMs: payload.exp * 1000,
    };
    remember(digest, identity);
    return identity;
  };
}

async function verifySignature(
  token: string,
  { issuer, audience, keys, now }: TokenVerifierOptions,
): Promise<JWTPayload> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: ['EdDSA', 'Ed25519', 'ES256'],
      currentDate: new Date(now()),
      clockTolerance: leewayMs / 1000,
      requiredClaims: ['sub', 'exp'],
    });
    const { typ = 'jwt' } = protectedHeader;
    if (!tokenTypes.has(typ.toLowerCase())) throw new errors.JWTInvalid('unexpected "typ"');
    return payload;
  } catch (error) {
    if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError))
      throw unavailable("The issuer's keys", error);
    if (error.code === 'ERR_JOSE_GENERIC') throw unavailable("The issuer's keys", error);
    throw unauthorized(reasonOf(error));
  }
}

/** Without a valid agent, the person would seem to have done what an agent did. @throws AppError 401 */
function agentOf(act: unknown): Agent {
  if (!actClaim.Check(act))
    throw unauthorized('The claim act of the token must name the agent: sub and name, both text.');
  return { client_id: act.sub, name: act.name };
}

function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired.';
  // The signature is valid: the issuer of this installation had another name, as before an upgrade.
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'iss')
    return 'The token names another issuer. Get a new token.';
  return 'The token is not valid here.';
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
