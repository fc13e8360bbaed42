import { openObjectWriter } from '../write-object.ts';
import { etagOf } from '../properties.ts';
import { memberByName } from './find-members.ts';
import { objectOf, type Reading } from './write-members.ts';

/** Finds a calendar object by its name, as text with its ETag. */
export async function findObject(
  reading: Reading,
  name: string,
): Promise<{ text: string; etag: string } | undefined> {
  const member = await memberByName({ ...reading, withTask: true }, name);
  if (!member) return undefined;
  return { text: openObjectWriter(reading.year).textOf(objectOf(member)), etag: etagOf(member) };
}
