import { wordAt, type Parsed, type Words } from '../../words.ts';

/** An abbreviation stands for the zone of a place, in summer and in winter: "EST" is the time in New York. */
const abbreviations: Record<string, string> = {
  utc: 'UTC',
  gmt: 'UTC',
  et: 'America/New_York',
  est: 'America/New_York',
  edt: 'America/New_York',
  ct: 'America/Chicago',
  cst: 'America/Chicago',
  cdt: 'America/Chicago',
  mt: 'America/Denver',
  mst: 'America/Denver',
  mdt: 'America/Denver',
  pt: 'America/Los_Angeles',
  pst: 'America/Los_Angeles',
  pdt: 'America/Los_Angeles',
  akst: 'America/Anchorage',
  akdt: 'America/Anchorage',
  hst: 'Pacific/Honolulu',
  ast: 'America/Halifax',
  adt: 'America/Halifax',
  nst: 'America/St_Johns',
  ndt: 'America/St_Johns',
  brt: 'America/Sao_Paulo',
  wet: 'Europe/Lisbon',
  west: 'Europe/Lisbon',
  bst: 'Europe/London',
  cet: 'Europe/Brussels',
  cest: 'Europe/Brussels',
  eet: 'Europe/Athens',
  eest: 'Europe/Athens',
  msk: 'Europe/Moscow',
  sast: 'Africa/Johannesburg',
  pkt: 'Asia/Karachi',
  ist: 'Asia/Kolkata',
  npt: 'Asia/Kathmandu',
  sgt: 'Asia/Singapore',
  hkt: 'Asia/Hong_Kong',
  jst: 'Asia/Tokyo',
  kst: 'Asia/Seoul',
  awst: 'Australia/Perth',
  acst: 'Australia/Adelaide',
  acdt: 'Australia/Adelaide',
  aest: 'Australia/Sydney',
  aedt: 'Australia/Sydney',
  nzst: 'Pacific/Auckland',
  nzdt: 'Pacific/Auckland',
};

/** Abbreviations, and a cache of zones that the runtime knows. */
const known = new Map(Object.entries(abbreviations));
/** A cache of names that look like a zone and are none, because asking the runtime is slow. */
const unknown = new Set<string>();

/** Reads a zone: an IANA name with a slash, an abbreviation, or UTC with whole hours ("UTC+2"). */
export function readZone(words: Words, at: number): Parsed<string> {
  const word = wordAt(words, at);
  const value = known.get(word) ?? (mayBeZone(word) ? (hoursFromUtc(word) ?? ianaName(word)) : undefined);
  return value === undefined ? undefined : { value, next: at + 1 };
}

/** A fast check before the others. */
function mayBeZone(word: string): boolean {
  return word.includes('/') || word.startsWith('utc') || word.startsWith('gmt');
}

/** The signs of Etc/GMT zones are inverted, as in POSIX. */
function hoursFromUtc(word: string): string | undefined {
  const [, sign, hours = ''] = /^(?:utc|gmt)([+-])0?(\d{1,2})(?::00)?$/.exec(word) ?? [];
  if (sign === undefined || Number(hours) > (sign === '+' ? 14 : 12)) return undefined;
  return Number(hours) === 0 ? 'UTC' : `Etc/GMT${sign === '+' ? '-' : '+'}${Number(hours)}`;
}

function ianaName(word: string): string | undefined {
  if (word.length > 40 || unknown.has(word) || !/^[a-z_]+(?:\/[a-z_+\d-]+){1,2}$/.test(word))
    return undefined;
  let name: string | undefined;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en-US', { timeZone: word }).resolvedOptions();
    // A runtime may return an older name of the same zone. The given name is kept.
    name = timeZone.toLowerCase() === word ? timeZone : capitalized(word);
  } catch {
    if (unknown.size < 1_000) unknown.add(word);
  }
  if (name !== undefined && known.size < 2_000) known.set(word, name);
  return name;
}

const smallParts = new Set(['au', 'of', 'es']);
const bigParts = new Set(['us', 'utc', 'gmt', 'uct']);

function capitalized(word: string): string {
  return word.replaceAll(/[a-z]+/g, (part) => {
    if (smallParts.has(part)) return part;
    return bigParts.has(part) ? part.toUpperCase() : part.charAt(0).toUpperCase() + part.slice(1);
  });
}
