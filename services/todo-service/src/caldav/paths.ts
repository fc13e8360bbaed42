/** The addresses of CalDAV. Each person has one principal, one home and one collection. */
export const paths = {
  root: '/dav/',
  principal: '/dav/principals/me/',
  home: '/dav/calendars/',
  collection: '/dav/calendars/tasks/',
} as const;

const maxName = 200;
const taskName = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.ics$/;

export function pathOfObject(name: string): string {
  return `${paths.collection}${encodeURIComponent(name)}`;
}

/** The name of an object in a path or URL; undefined if it is elsewhere. */
export function nameInPath(reference: string): string | undefined {
  const path = reference.trim().replace(/^https?:\/\/[^/]*/i, '');
  if (!path.startsWith(paths.collection)) return undefined;
  try {
    const name = decodeURIComponent(path.slice(paths.collection.length));
    return isObjectName(name) ? name : undefined;
  } catch {
    return undefined;
  }
}

/** Whether an object can have the name: not empty, not too long, and no control characters. */
export function isObjectName(name: string): boolean {
  return name.length > 0 && name.length <= maxName && name.isWellFormed() && !/[\p{Cc}/]/u.test(name);
}

/** The id of the task that has this name unless a client gave it another one. */
export function taskOfName(name: string): string | undefined {
  return taskName.exec(name)?.[1];
}
