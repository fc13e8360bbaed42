import type { TestPerson } from '@rondo/shared/test/service';

export type DavAnswer = { status: number; text: string; headers: Headers };

/** Sends requests of WebDAV as a person's app. */
export type DavClient = {
  send(method: string, path: string, body?: string, headers?: Record<string, string>): Promise<DavAnswer>;
  propfind(path: string, names: string, depth?: string): Promise<DavAnswer>;
  report(body: string): Promise<DavAnswer>;
  put(name: string, lines: string[], headers?: Record<string, string>): Promise<DavAnswer>;
  /** The text of an object. */
  get(name: string): Promise<string>;
  /** The token of a report, and what it says of each object: its ETag, or 404. */
  sync(
    token?: string,
    more?: string,
  ): Promise<{ token: string; objects: Record<string, string>; text: string }>;
};

export const collection = '/dav/calendars/tasks/';
const namespaces =
  'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/"';

export async function davClient(url: string, owner: Pick<TestPerson, 'call'>): Promise<DavClient> {
  const { body } = await owner.call<{ password: string }>('POST', '/api/v1/app-passwords', { name: 'tests' });
  const authorization = `Basic ${Buffer.from(`x:${body.password}`).toString('base64')}`;
  const send: DavClient['send'] = async (method, path, text, headers = {}) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        authorization,
        ...(method === 'PUT' ? { 'content-type': 'text/calendar' } : {}),
        ...headers,
      },
      ...(text === undefined ? {} : { body: text }),
    });
    return { status: answer.status, text: await answer.text(), headers: answer.headers };
  };
  const report: DavClient['report'] = (text) =>
    send('REPORT', collection, text, { depth: '1', 'content-type': 'application/xml; charset=utf-8' });
  return {
    send,
    report,
    propfind: (path, names, depth = '0') =>
      send('PROPFIND', path, `<D:propfind ${namespaces}><D:prop>${names}</D:prop></D:propfind>`, { depth }),
    put: (name, lines, headers = {}) => send('PUT', `${collection}${name}`, todo(...lines), headers),
    async get(name) {
      return (await send('GET', `${collection}${name}`)).text;
    },
    async sync(token = '', more = '') {
      const { text } = await report(
        `<D:sync-collection ${namespaces}><D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level>${more}<D:prop><D:getetag/></D:prop></D:sync-collection>`,
      );
      const objects: Record<string, string> = {};
      for (const { path, etag, status } of responsesIn(text))
        objects[path.replace(collection, '')] = etag ?? status ?? '';
      return { token: /<D:sync-token>(.*?)<\/D:sync-token>/.exec(text)?.[1] ?? '', objects, text };
    },
  };
}

/** The responses of a multistatus. */
export function responsesIn(
  text: string,
): { path: string; etag: string | undefined; status: string | undefined; text: string }[] {
  return [...text.matchAll(/<D:response>(.*?)<\/D:response>/gs)].map(([, response = '']) => ({
    path: /<D:href>(.*?)<\/D:href>/.exec(response)?.[1] ?? '',
    etag: /<D:getetag>(.*?)<\/D:getetag>/.exec(response)?.[1]?.replaceAll('&quot;', '"'),
    status: /<\/D:href><D:status>HTTP\/1.1 (\d+)/.exec(response)?.[1],
    text: response,
  }));
}

/** A calendar object with these lines of its to-do. Its UID is `u1` unless they say another. */
export function todo(...lines: string[]): string {
  const uid = lines.some((line) => line.startsWith('UID:')) ? [] : ['UID:u1'];
  const entry = ['BEGIN:VTODO', ...uid, 'DTSTAMP:20261121T120000Z', ...lines, 'END:VTODO'];
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', ...entry, 'END:VCALENDAR', ''].join('\r\n');
}

export const query = (filter: string, props = '<D:getetag/>') =>
  `<C:calendar-query ${namespaces}><D:prop>${props}</D:prop><C:filter><C:comp-filter name="VCALENDAR">${filter}</C:comp-filter></C:filter></C:calendar-query>`;

export const multiget = (...references: string[]) =>
  `<C:calendar-multiget ${namespaces}><D:prop><D:getetag/><C:calendar-data/></D:prop>${references.map((one) => `<D:href>${one}</D:href>`).join('')}</C:calendar-multiget>`;
