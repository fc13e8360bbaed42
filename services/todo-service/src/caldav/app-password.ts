import { Type, type Static } from 'typebox';
import { exampleIds } from '@rondo/shared/contracts/example-ids';
import { DateTime, nullable, Uuid, visibleText, visibleWords } from '@rondo/shared/contracts/scalars';

const name = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: visibleText,
  'x-words': visibleWords,
  examples: ['Tasks.org on my phone'],
});
const exampleTime = '2027-01-04T09:30:00.000Z';

/** Body of `POST /api/v1/app-passwords`. The name tells a person which app has it. */
export const AppPasswordCreation = Type.Object(
  { name },
  { $id: 'AppPasswordCreation', additionalProperties: false, examples: [{ name: 'Tasks.org on my phone' }] },
);

/** An app password as it is listed. */
export const AppPassword = Type.Object(
  { id: Uuid, name, created_at: DateTime, last_used_at: nullable(DateTime) },
  {
    $id: 'AppPassword',
    examples: [
      {
        id: exampleIds.task,
        name: 'Tasks.org on my phone',
        created_at: exampleTime,
        last_used_at: exampleTime,
      },
    ],
  },
);
export type AppPassword = Static<typeof AppPassword>;

/** An app password in the answer that creates it, the only one that shows it. */
export const NewAppPassword = Type.Object(
  { id: Uuid, name, user: Type.String(), password: Type.String(), created_at: DateTime },
  {
    $id: 'NewAppPassword',
    examples: [
      {
        id: exampleIds.task,
        name: 'Tasks.org on my phone',
        user: 'rondo',
        password: 'pV3nXo5sJcUe7hLdNf2PaTgRiQk8vMxYwm3Kq0tZr9W',
        created_at: exampleTime,
      },
    ],
  },
);
export type NewAppPassword = Static<typeof NewAppPassword>;

/** The password of HTTP's Basic credentials (RFC 7617); undefined if they are something else. The user name does not matter. */
export function passwordOf(authorization: string | undefined): string | undefined {
  const [, credentials] = /^basic +([\w+/-]{1,1000}={0,2})$/i.exec(authorization ?? '') ?? [];
  if (credentials === undefined) return undefined;
  const text = Buffer.from(credentials, 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : text.slice(colon + 1);
}
