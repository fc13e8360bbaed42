/**
 * The id of an operation, made from its method and path: `GET /api/v1/tasks` is `listTasks`, `POST /api/v1/tasks/:id/complete`
 * is `completeTask`, `POST /api/v1/tasks/bulk` is `bulkTasks`. A route whose id would read badly has an `operationId` of
 * its own in its schema.
 */
export function operationIdOf(method: string, url: string): string {
  const segments = url
    .replace(/^\/api\/v\d+/, '')
    .split('/')
    .filter(Boolean);
  const last = segments.at(-1) ?? '';
  const names = segments.filter((segment) => !isParameter(segment));
  if (method === 'POST' && names.length > 1 && !isParameter(last)) {
    const [action = '', ...owners] = names.toReversed();
    const owner = owners.toReversed();
    return camelCase([action, ...(isParameter(segments.at(-2) ?? '') ? owner.map(singular) : owner)]);
  }
  const isCollection = !isParameter(last) && isPlural(last);
  const words =
    method === 'GET' && isCollection ? [...names.slice(0, -1).map(singular), last] : names.map(singular);
  const key = isParameter(last) && !isPlural(names.at(-1) ?? '') ? ['by', last] : [];
  return camelCase([verbOf(method, isCollection), ...words, ...key]);
}

const verbs: Record<string, string> = {
  GET: 'get',
  POST: 'create',
  PUT: 'replace',
  PATCH: 'update',
  DELETE: 'delete',
};

function verbOf(method: string, isCollection: boolean): string {
  return method === 'GET' && isCollection ? 'list' : (verbs[method] ?? method.toLowerCase());
}

const isParameter = (segment: string) => segment.startsWith(':') || segment.startsWith('{');
const isPlural = (word: string) => /[^s]s$/.test(word);
const singular = (word: string) => (isPlural(word) ? word.replace(/ies$/, 'ys').slice(0, -1) : word);

function camelCase(words: string[]): string {
  const [first = '', ...others] = words
    .flatMap((word) => word.replace(/\.\w+$/, '').split(/[^a-z0-9]+/i))
    .filter(Boolean);
  return first + others.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
