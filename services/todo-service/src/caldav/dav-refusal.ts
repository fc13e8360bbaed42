import { caldav, type XmlName } from './namespaces.ts';

/** Thrown for a request that WebDAV refuses. The answer names the precondition (RFC 4918 section 16) and says why in words. */
export class DavRefusal extends Error {
  readonly status: number;
  readonly precondition: XmlName | undefined;
  /** Content of the precondition's element, as XML. */
  readonly content: string;

  constructor(status: number, message: string, precondition?: XmlName, content = '') {
    super(message);
    this.status = status;
    this.precondition = precondition;
    this.content = content;
  }
}

/** 403: a precondition of CalDAV (RFC 4791). */
export function refusedBy(name: string, message: string, content = ''): DavRefusal {
  return new DavRefusal(403, message, { namespace: caldav, name }, content);
}
