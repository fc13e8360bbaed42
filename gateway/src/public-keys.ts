import { readFile } from 'node:fs/promises';
import { AppError } from '@rondo/shared/errors';
import type { JSONWebKeySet } from 'jose';

/**
 * Reads the public keys of the issuer (RFC 7517 section 5).
 * @throws AppError `secret-unreadable` if the file is missing, is no key set, or has a private key
 */
export async function readPublicKeys(file: string): Promise<JSONWebKeySet> {
  try {
    const { keys } = JSON.parse(await readFile(file, 'utf8')) as JSONWebKeySet;
    if (keys.length > 0 && keys.every((key) => key.d === undefined)) return { keys };
  } catch (cause) {
    throw unreadable(file, cause);
  }
  throw unreadable(file);
}

function unreadable(file: string, cause?: unknown): AppError {
  return new AppError(
    'secret-unreadable',
    `${file} must have the public keys of the issuer, as a JSON Web Key Set without private keys.`,
    { cause },
  );
}
