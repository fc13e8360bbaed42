import { markOf } from '../domain/entity-tag.ts';
import { keyOf, type Properties, type Property } from './multistatus.ts';
import { caldav, calendarServer, dav, type XmlName } from './namespaces.ts';
import { paths } from './paths.ts';
import { writeSyncToken, type SyncToken } from './sync-token.ts';
import { element, escapeXml, href } from './xml.ts';

export const calendarDataName: XmlName = { namespace: caldav, name: 'calendar-data' };

const named = (namespace: string, name: string, content: string, isOnlyByName = false): Property => ({
  name: { namespace, name },
  content,
  ...(isOnlyByName ? { isOnlyByName } : {}),
});
const inDav = (name: string, content = '') => element({ namespace: dav, name }, content);
const inCaldav = (name: string, content = '') => element({ namespace: caldav, name }, content);

const reports = [inCaldav('calendar-multiget'), inCaldav('calendar-query'), inDav('sync-collection')];
const reading = ['read', 'read-current-user-privilege-set'];
const writing = [...reading, 'write', 'write-content', 'bind', 'unbind'];

const privilegeSet = (names: string[]) =>
  named(
    dav,
    'current-user-privilege-set',
    names.map((name) => inDav('privilege', inDav(name))).join(''),
    true,
  );

const reportSet = (names: string[]) =>
  named(
    dav,
    'supported-report-set',
    names.map((name) => inDav('supported-report', inDav('report', name))).join(''),
    true,
  );

/** What every resource says of its owner (RFC 3744, RFC 5397). */
const owned = [
  named(dav, 'current-user-principal', href(paths.principal), true),
  named(dav, 'owner', href(paths.principal), true),
  named(dav, 'principal-collection-set', href(paths.root), true),
];

const folder = inDav('collection');
const calendarHome = named(caldav, 'calendar-home-set', href(paths.home), true);

/** The properties of the root, the principal and the home. */
export const fixedProperties: Record<'root' | 'principal' | 'home', Properties> = {
  root: propertiesOf([
    named(dav, 'resourcetype', folder),
    named(dav, 'displayname', 'Rondo'),
    ...owned,
    privilegeSet(reading),
    reportSet([]),
  ]),
  principal: propertiesOf([
    named(dav, 'resourcetype', `${folder}${inDav('principal')}`),
    named(dav, 'displayname', 'Rondo'),
    ...owned,
    named(dav, 'principal-URL', href(paths.principal), true),
    calendarHome,
    named(caldav, 'calendar-user-address-set', href(paths.principal), true),
    privilegeSet(reading),
    reportSet([]),
  ]),
  home: propertiesOf([
    named(dav, 'resourcetype', folder),
    named(dav, 'displayname', 'Rondo'),
    ...owned,
    privilegeSet(reading),
    reportSet([]),
  ]),
};

/** The properties of the collection (RFC 4791 section 5.2, RFC 6578 section 4). */
export function collectionProperties(token: SyncToken, maxObjectBytes: number): Properties {
  const text = escapeXml(writeSyncToken(token));
  const component = element({ namespace: caldav, name: 'comp' }).replace('/>', ' name="VTODO"/>');
  const data = inCaldav('calendar-data').replace('/>', ' content-type="text/calendar" version="2.0"/>');
  const collations = ['i;ascii-casemap', 'i;octet', 'i;unicode-casemap'];
  return propertiesOf([
    named(dav, 'resourcetype', `${folder}${inCaldav('calendar')}`),
    named(dav, 'displayname', 'Rondo'),
    ...owned,
    privilegeSet(writing),
    reportSet(reports),
    named(caldav, 'supported-calendar-component-set', component, true),
    named(caldav, 'supported-calendar-data', data, true),
    named(caldav, 'max-resource-size', String(maxObjectBytes), true),
    named(
      caldav,
      'supported-collation-set',
      collations.map((collation) => inCaldav('supported-collation', collation)).join(''),
      true,
    ),
    named(calendarServer, 'getctag', text, true),
    named(dav, 'sync-token', text, true),
  ]);
}

const objectPrivileges = privilegeSet(writing);
const noReports = reportSet([]);

/** The properties of a task, with its text if that was asked for. */
export function objectProperties(etag: string, text: string | undefined): Properties {
  return propertiesOf([
    named(dav, 'resourcetype', ''),
    named(dav, 'getetag', escapeXml(etag)),
    named(dav, 'getcontenttype', 'text/calendar; charset=utf-8; component=VTODO'),
    ...owned,
    objectPrivileges,
    noReports,
    ...(text === undefined ? [] : [named(caldav, 'calendar-data', escapeXml(text), true)]),
  ]);
}

/** A strong ETag: of the task's version, of what clients said beyond it, and of the history in which both count. */
export function etagOf({
  version,
  revision,
  historyId,
}: {
  version: number;
  revision: number;
  historyId: string;
}): string {
  return `"${version}-${revision}-${markOf(historyId)}"`;
}

function propertiesOf(list: Property[]): Properties {
  return new Map(list.map((property) => [keyOf(property.name), property]));
}
