import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  SignJWT,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose';

/** Anything that runs clean-up at the end of a test or a file. */
export type Cleanup = { after: (hook: () => unknown) => void };

type Claims = {
  sub?: string;
  source?: string;
  roles?: string[];
  act?: unknown;
  zoneinfo?: string;
  locale?: string;
  issuer?: string;
  audience?: string;
  expires?: string | number;
  /** Seconds since the epoch. */
  nbf?: number;
  iat?: number;
  /** The type in the header. */
  typ?: string;
};

export type TestIssuer = {
  issuer: string;
  audience: string;
  jwks: JSONWebKeySet;
  keys: JWTVerifyGetKey;
  /** A token for a person by id; every claim can be made wrong. */
  tokenFor(claims: Claims): Promise<string>;
  /** Serves the keys, or those that `current` returns, over HTTP and answers the address. */
  serve(t: Cleanup, current?: () => JSONWebKeySet): Promise<string>;
};

/** An issuer with a key pair of its own, as the embedded host's is one. */
export async function createTestIssuer(kid = 'test'): Promise<TestIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA');
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'EdDSA', use: 'sig' }] };
  const issuer = 'urn:rondo:test';
  const audience = 'rondo';
  return {
    issuer,
    audience,
    jwks,
    keys: createLocalJWKSet(jwks),
    tokenFor({ sub, expires = '1h', issuer: by = issuer, audience: to = audience, typ, ...claims }) {
      const token = new SignJWT(claims)
        .setProtectedHeader({ alg: 'EdDSA', kid, ...(typ === undefined ? {} : { typ }) })
        .setIssuer(by)
        .setAudience(to)
        .setExpirationTime(expires);
      return (sub === undefined ? token : token.setSubject(sub)).sign(privateKey);
    },
    async serve(t, current = () => jwks) {
      const server = createServer((_request, response) =>
        response.writeHead(200).end(JSON.stringify(current())),
      );
      await new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', resolve);
      });
      t.after(() => server.close());
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
  };
}
