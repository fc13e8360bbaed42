import { DavRefusal, refusedBy } from './dav-refusal.ts';
import { readFilter, type Filter } from './filter.ts';
import { keyOf, type Wanted } from './multistatus.ts';
import { caldav, dav, type XmlName } from './namespaces.ts';
import { readSyncToken, type SyncToken } from './sync-token.ts';
import { childOf, isNamed, parseXml, type XmlElement } from './xml.ts';

/** The reports of RFC 4791 sections 7.8 and 7.9, and of RFC 6578 section 3.2. */
export type Report =
  | { kind: 'multiget'; wanted: Wanted; references: string[] }
  | { kind: 'query'; wanted: Wanted; filter: Filter; limit: number | undefined }
  | { kind: 'sync'; wanted: Wanted; since: SyncToken | undefined; limit: number | undefined };

/** Each is answered, and each property is written for each member. */
const max = { references: 1_000, properties: 100 };

/** Reads the body of a PROPFIND (RFC 4918 section 9.1). Without one it asks for all properties. @throws DavRefusal */
export function readPropfind(body: string): Wanted {
  if (body.trim() === '') return { kind: 'all' };
  const root = parseXml(body);
  if (!isNamed(root, dav, 'propfind')) throw new DavRefusal(400, 'The body is no DAV:propfind.');
  return wantedOf(root);
}

/** Reads the names of the properties in a PROPPATCH (RFC 4918 section 9.2). @throws DavRefusal */
export function readPropertyUpdate(body: string): XmlName[] {
  const root = parseXml(body);
  if (!isNamed(root, dav, 'propertyupdate')) throw new DavRefusal(400, 'The body is no DAV:propertyupdate.');
  return root.children.flatMap((change) => namesIn(childOf(change, dav, 'prop')));
}

/** Reads the body of a REPORT. @throws DavRefusal 403 if the report or its filter is not supported, or it asks for too much */
export function readReport(body: string): Report {
  const root = parseXml(body);
  const wanted = wantedOf(root);
  const limit = limitIn(root);
  if (isNamed(root, caldav, 'calendar-multiget')) {
    const references = root.children
      .filter((child) => isNamed(child, dav, 'href'))
      .map(({ text }) => text.trim());
    if (references.length > max.references)
      throw new DavRefusal(403, `A report has at most ${max.references} references.`, {
        namespace: dav,
        name: 'number-of-matches-within-limits',
      });
    return { kind: 'multiget', wanted, references };
  }
  if (isNamed(root, caldav, 'calendar-query'))
    return { kind: 'query', wanted, filter: readFilter(childOf(root, caldav, 'filter')), limit };
  if (!isNamed(root, dav, 'sync-collection'))
    throw new DavRefusal(403, 'This report is not supported here.', {
      namespace: dav,
      name: 'supported-report',
    });
  const token = childOf(root, dav, 'sync-token')?.text.trim() ?? '';
  return { kind: 'sync', wanted, since: token === '' ? undefined : readSyncToken(token), limit };
}

function wantedOf(root: XmlElement): Wanted {
  if (childOf(root, dav, 'propname')) return { kind: 'names' };
  const prop = childOf(root, dav, 'prop');
  if (!prop) return { kind: 'all' };
  for (const { namespace, name, attributes } of prop.children)
    if (namespace === caldav && name === 'calendar-data') {
      const type = attributes['content-type'] ?? 'text/calendar';
      const version = attributes['version'] ?? '2.0';
      if (type.toLowerCase() !== 'text/calendar' || version !== '2.0')
        throw refusedBy('supported-calendar-data', 'Calendar data is text/calendar, version 2.0.');
    }
  return { kind: 'named', names: namesIn(prop) };
}

function namesIn(prop: XmlElement | undefined): XmlName[] {
  const names = new Map<string, XmlName>();
  for (const { namespace, name } of prop?.children ?? [])
    names.set(keyOf({ namespace, name }), { namespace, name });
  if (names.size > max.properties)
    throw new DavRefusal(403, `A request names at most ${max.properties} properties.`);
  return [...names.values()];
}

/** DAV:limit (RFC 5323 section 5.17), which RFC 6578 uses too. */
function limitIn(root: XmlElement): number | undefined {
  const limit = childOf(root, dav, 'limit') ?? childOf(root, caldav, 'limit');
  const text = limit?.children.find(({ name }) => name === 'nresults')?.text.trim();
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new DavRefusal(400, 'nresults is not a positive number.');
  return Number(text);
}
