import { SaxesParser, type SaxesTagNS } from 'saxes';
import { DavRefusal } from './dav-refusal.ts';
import { caldav, calendarServer, dav, type XmlName } from './namespaces.ts';

/** An element of XML (Namespaces in XML 1.0), with the text that is directly in it. */
export type XmlElement = {
  namespace: string;
  name: string;
  attributes: Record<string, string>;
  children: XmlElement[];
  text: string;
};

const prefixes: Record<string, string> = { [dav]: 'D', [caldav]: 'C', [calendarServer]: 'CS' };

/** Declares the prefixes of `element`, for the root of a document. */
export const declarations = Object.entries(prefixes)
  .map(([namespace, prefix]) => `xmlns:${prefix}="${namespace}"`)
  .join(' ');

export const xmlHead = '<?xml version="1.0" encoding="utf-8"?>\n';

/** Limits the work on a request, beside the limit of its body. */
const max = { depth: 32, elements: 5_000 };

/**
 * Parses a document. Its entities are the five of XML: a DTD is refused.
 * @throws DavRefusal 400 if it is not well-formed; 403 if it has a DTD, or is nested too deeply
 */
export function parseXml(text: string): XmlElement {
  const parser = new SaxesParser({ xmlns: true });
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;
  let elements = 0;
  parser.on('error', ({ message }) => {
    throw new DavRefusal(400, `The body is not well-formed XML: ${message.slice(0, 200)}`);
  });
  parser.on('doctype', () => {
    throw new DavRefusal(403, 'A document type declaration is not accepted.');
  });
  parser.on('opentag', (tag) => {
    elements += 1;
    if (open.length >= max.depth || elements > max.elements)
      throw new DavRefusal(403, 'The body has too many elements, or is nested too deeply.');
    const element = elementOf(tag);
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on('closetag', () => void open.pop());
  const addText = (added: string) => {
    const current = open.at(-1);
    if (current) current.text += added;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.write(text).close();
  if (!root) throw new DavRefusal(400, 'The body has no element.');
  return root;
}

function elementOf({ uri, local, attributes }: SaxesTagNS): XmlElement {
  const values = Object.values(attributes).map(({ local: name, value }) => [name, value] as const);
  return { namespace: uri, name: local, attributes: Object.fromEntries(values), children: [], text: '' };
}

export function isNamed({ namespace, name }: XmlName, wantedNamespace: string, wanted: string): boolean {
  return namespace === wantedNamespace && name === wanted;
}

/** The first child with a name. */
export function childOf({ children }: XmlElement, namespace: string, name: string): XmlElement | undefined {
  return children.find((child) => isNamed(child, namespace, name));
}

/** Writes an element with content that is XML already. */
export function element({ namespace, name }: XmlName, content = ''): string {
  const prefix = prefixes[namespace];
  const tag = prefix === undefined ? name : `${prefix}:${name}`;
  const declared = prefix === undefined ? ` xmlns="${escapeXml(namespace)}"` : '';
  return content === '' ? `<${tag}${declared}/>` : `<${tag}${declared}>${content}</${tag}>`;
}

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

/** Escapes text. What XML 1.0 can't contain is left out. */
export function escapeXml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll(/[&<>"\r]/g, (character) => escapes[character] ?? '');
}

export const href = (path: string): string => element({ namespace: dav, name: 'href' }, escapeXml(path));
