export const dav = 'DAV:';
export const caldav = 'urn:ietf:params:xml:ns:caldav';
export const calendarServer = 'http://calendarserver.org/ns/';

/** The name of an element of XML in its namespace. */
export type XmlName = { namespace: string; name: string };
