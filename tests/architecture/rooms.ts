/**
 * The domain of each service: what decides, and knows no database, no network and no framework. A new service names its
 * own here; `tests/architecture` asks for it.
 */
export const domains: Record<string, string[]> = {
  'todo-service': [
    'task.ts',
    'draft-of-creation.ts',
    'recurrence-fields.ts',
    'due-instant.ts',
    'successor.ts',
    'calendar-export.ts',
    'calendar-time.ts',
    'calendar-rule.ts',
    'calendar-zone.ts',
    'calendar-import.ts',
    'calendar-entry.ts',
    'calendar-alarms.ts',
    'calendar-moment.ts',
    'calendar-file-zone.ts',
    'calendar-names.ts',
    'calendar-text.ts',
  ],
  'audit-service': ['chain.ts', 'seq-coverage.ts'],
  'websocket-service': ['workspace-buffer.ts'],
  'notification-service': [
    'agenda.ts',
    'channel-target.ts',
    'channels/quiet-hours.ts',
    'channels/retry-schedule.ts',
    'delivery-plan.ts',
    'describe-due.ts',
    'digest.ts',
    'notification.ts',
  ],
  'recurring-task-service': [
    'recurrence-calendar.ts',
    'recurrence-year.ts',
    'recurrence-periods.ts',
    'recurrence-library.ts',
    'recurrence-walls.ts',
    'recurrence-zone.ts',
    'recurrence-moment.ts',
    'recurrence-moments.ts',
    'recurrence-series.ts',
    'recurrence-completion.ts',
    'series.ts',
    'follow-task.ts',
    'reminder-times.ts',
    'reminder-book.ts',
    'describe-rule.ts',
    'describe-times.ts',
    'english-words.ts',
  ],
};

/**
 * What a file inside a service is for, by its place. `support` is what commands, queries and consumers share; `channels`
 * deliver to people, outside.
 */
export type Layer =
  | 'entry'
  | 'service'
  | 'routes'
  | 'consumers'
  | 'workers'
  | 'commands'
  | 'queries'
  | 'channels'
  | 'domain'
  | 'config'
  | 'support';

/** What hosts, exposes or rolls out services, each a workspace of its own. */
export type Host = 'gateway' | 'release-job' | 'embedded' | 'engine';
export const hosts: Host[] = ['gateway', 'release-job', 'embedded', 'engine'];

export type Room =
  | { kind: 'contracts' | 'runtime' | 'test support' | Host | 'tool' | 'package' }
  | { kind: 'service'; service: string; layer: Layer };

/** Whether a directory, or a package without its scope, is one of the hosts. */
export function isHost(name: string): name is Host {
  return hosts.some((host) => host === name);
}

/** The room that a path of the repository, or the name of a package, belongs to. */
export function roomOf(target: string): Room {
  if (target.startsWith('services/shared/src/contracts/')) return { kind: 'contracts' };
  if (target.startsWith('services/shared/src/')) return { kind: 'runtime' };
  if (target.startsWith('services/shared/test/')) return { kind: 'test support' };
  const [top = ''] = target.split('/', 1);
  if (isHost(top)) return { kind: top };
  if (/^(scripts|bench|tests)\//.test(target)) return { kind: 'tool' };
  const [, service, path] = /^services\/([^/]+)\/src\/(.+)$/.exec(target) ?? [];
  if (service !== undefined && path !== undefined)
    return { kind: 'service', service, layer: layerOf(service, path) };
  return { kind: 'package' };
}

function layerOf(service: string, path: string): Layer {
  if (domains[service]?.includes(path)) return 'domain';
  const [, folder] = /^(commands|queries|consumers|workers|channels)\//.exec(path) ?? [];
  if (folder !== undefined) return folder as Layer;
  if (/^(.+-)?routes\.ts$/.test(path)) return 'routes';
  if (path === 'service.ts') return 'service';
  if (path === 'config.ts') return 'config';
  return path === 'main.ts' || path === 'verify-export.ts' ? 'entry' : 'support';
}
