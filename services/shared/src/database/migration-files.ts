import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../errors.ts';

/** One numbered SQL file: its name, its text and the SHA-256 of its bytes in hex. */
export type MigrationFile = { number: number; name: string; sql: string; sha256: string };

const namePattern = /^(\d{4})-[a-z0-9-]+\.sql$/;

/**
 * The migrations of a directory in their order. Files that don't end in `.sql` are not looked at.
 * @throws AppError `migration-unreadable` (no such directory), `migration-misnamed` (name, gap or duplicate number)
 */
export async function readMigrationFiles(directory: string): Promise<MigrationFile[]> {
  const names = (await listDirectory(directory)).filter((name) => name.endsWith('.sql')).toSorted();
  return Promise.all(names.map((name, index) => readMigrationFile(directory, name, index + 1)));
}

async function listDirectory(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (cause) {
    throw new AppError('migration-unreadable', `The migrations in ${directory} can't be read.`, { cause });
  }
}

async function readMigrationFile(directory: string, name: string, expected: number): Promise<MigrationFile> {
  const digits = namePattern.exec(name)?.[1];
  if (digits === undefined) {
    throw new AppError('migration-misnamed', `${name} is not named like 0001-add-index.sql.`);
  }
  const number = Number(digits);
  if (number !== expected) {
    const fault = number < expected ? 'its number is taken by another file' : 'a number before it is missing';
    throw new AppError('migration-misnamed', `${name} should be number ${expected}: ${fault}.`);
  }
  const bytes = await readFile(join(directory, name));
  return {
    number,
    name,
    sql: bytes.toString('utf8'),
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}
