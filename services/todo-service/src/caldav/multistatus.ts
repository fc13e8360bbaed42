import { dav, type XmlName } from './namespaces.ts';
import { declarations, element, href, xmlHead } from './xml.ts';

/** What a request asks for: named properties, all that are cheap, or their names. */
export type Wanted = { kind: 'named'; names: XmlName[] } | { kind: 'all' } | { kind: 'names' };

/** The properties of a resource: their content as XML, by `keyOf`. Only those of `all` are in an answer to `allprop`. */
export type Properties = Map<string, Property>;
export type Property = { name: XmlName; content: string; isOnlyByName?: boolean };

export const multistatusHead = `${xmlHead}<D:multistatus ${declarations}>`;
export const multistatusTail = '</D:multistatus>';

export function keyOf({ namespace, name }: XmlName): string {
  return `${namespace} ${name}`;
}

const davElement = (name: string, content = '') => element({ namespace: dav, name }, content);
const statusLine = (status: string) => davElement('status', `HTTP/1.1 ${status}`);

/** The answer for one resource (RFC 4918 section 14.24). A property that it doesn't have is 404 in a `propstat` of its own. */
export function propertiesResponse(path: string, wanted: Wanted, properties: Properties): string {
  const found: string[] = [];
  const missing: string[] = [];
  if (wanted.kind === 'named')
    for (const name of wanted.names) {
      const property = properties.get(keyOf(name));
      if (property) found.push(element(name, property.content));
      else missing.push(element(name));
    }
  else
    for (const { name, content, isOnlyByName } of properties.values())
      if (!isOnlyByName || wanted.kind === 'names')
        found.push(element(name, wanted.kind === 'names' ? '' : content));
  const parts = [
    ...(found.length > 0 || missing.length === 0 ? [propstat(found, '200 OK')] : []),
    ...(missing.length > 0 ? [propstat(missing, '404 Not Found')] : []),
  ];
  return davElement('response', `${href(path)}${parts.join('')}`);
}

/** The answer to a change of properties that can't be changed. */
export function refusedResponse(path: string, names: XmlName[]): string {
  const refused = names.map((name) => element(name));
  const reason = davElement('error', davElement('cannot-modify-protected-property'));
  return davElement('response', `${href(path)}${propstat(refused, '403 Forbidden', reason)}`);
}

/** The answer for a resource that has only a status, such as `404 Not Found`. */
export function statusResponse(path: string, status: string, error?: XmlName): string {
  const reason = error ? davElement('error', element(error)) : '';
  return davElement('response', `${href(path)}${statusLine(status)}${reason}`);
}

function propstat(properties: string[], status: string, reason = ''): string {
  return davElement('propstat', `${davElement('prop', properties.join(''))}${statusLine(status)}${reason}`);
}
