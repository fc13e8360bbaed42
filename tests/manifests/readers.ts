import { parseGatewaySettings, parseIdentityDirectory } from '@rondo/gateway/config';
import { parseReleaseJobSettings } from '@rondo/release-job/config';
import { baseSettings, parseEnvironment, type Environment } from '@rondo/shared/config';
import { parseNotificationSettings } from '../../services/notification-service/src/config.ts';
import { parseTodoSettings } from '../../services/todo-service/src/config.ts';
import { parseWebsocketSettings } from '../../services/websocket-service/src/config.ts';

type Parse = (env: Environment) => unknown;

const parseBase = (env: Environment) => parseEnvironment(baseSettings, env);

/** What each of our programs makes of its environment. */
export const readers: Record<string, Parse[]> = {
  'todo-service': [parseBase, parseTodoSettings],
  'audit-service': [parseBase],
  'websocket-service': [parseBase, parseWebsocketSettings],
  'notification-service': [parseBase, parseNotificationSettings],
  'recurring-task-service': [parseBase],
  gateway: [parseGatewaySettings, parseIdentityDirectory],
  'release-job': [parseReleaseJobSettings],
};

/** The variables that a program looks at. */
export function namesRead(parsers: Parse[]): Set<string> {
  const names = new Set<string>();
  const watched = new Proxy<Environment>(
    {},
    {
      get: (_env, name) => {
        names.add(String(name));
        return undefined;
      },
    },
  );
  for (const parse of parsers) {
    try {
      parse(watched);
    } catch {
      // Everything is missing: only what was asked for counts.
    }
  }
  return names;
}
