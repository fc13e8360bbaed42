/** An import of the largest file of each format, and its undo, never block the event loop of a host for longer than 50 ms. */
import { test } from 'node:test';
import { assertStatus, assertUnblocked, openWatchedHost } from '../../support/watched-host.ts';

const importBytes = 19 * 1024 * 1024;

/** Repeats a row until the file has about the size of the largest one that is admitted. */
function fileOf(head: string, rowOf: (n: number) => string, rows: number, tail = ''): string {
  const padding = Math.max(0, Math.floor((importBytes - head.length) / rows) - rowOf(rows).length);
  const filler = 'word '.repeat(Math.ceil(padding / 5)).slice(0, padding);
  const lines = Array.from({ length: rows }, (_, n) => rowOf(n).replace('FILL', filler));
  return `${head}${lines.join('')}${tail}`;
}

type Format = { type: string; rows: number; file: (run: string, rows: number) => string };

/** Some with few large entries, and some with as many as a file may have. */
const formats: Record<string, Format> = {
  'todoist-csv': {
    type: 'text/csv',
    rows: 1_000,
    file: (run, rows) =>
      fileOf('TYPE,CONTENT,DESCRIPTION,DATE\n', (n) => `task,${run} ${n} @work,FILL,every monday\n`, rows),
  },
  rondo: {
    type: 'application/json',
    rows: 49_000,
    file: (run, rows) =>
      fileOf(
        '{"format":"rondo-export","version":1,"tasks":[{"title":"first"}',
        (n) => `,{"title":"${run} ${n}","labels":["a","b"],"description":"FILL"}`,
        rows,
        ']}',
      ),
  },
  'rondo-csv': {
    type: 'text/csv',
    rows: 49_000,
    file: (run, rows) =>
      fileOf('title,labels,description,recurrence_rule\n', (n) => `${run} ${n},"a, b",FILL,\n`, rows),
  },
  ticktick: {
    type: 'text/csv',
    rows: 49_000,
    file: (run, rows) =>
      fileOf(
        'List Name,Title,Kind,Content,Due Date,taskId\n',
        (n) => `home,${run} ${n},TEXT,"FILL",2027-03-10T08:00:00+0000,${run}${n}\n`,
        rows,
      ),
  },
  vikunja: {
    type: 'application/json',
    rows: 49_000,
    file: (run, rows) =>
      fileOf(
        '[{"title":"P","tasks":[{"id":999999,"title":"first"}',
        (n) => `,{"id":${n + 1},"title":"${run}","created":"${run}","description":"<p>FILL</p>"}`,
        rows,
        ']}]',
      ),
  },
  'super-productivity': {
    type: 'application/json',
    rows: 1_000,
    file(run, rows) {
      const ids = Array.from({ length: rows }, (_, n) => `"${run}${n}"`).join(',');
      return fileOf(
        `{"task":{"ids":[${ids}],"entities":{"none":{"id":"none","title":"none"}`,
        (n) => `,"${run}${n}":{"id":"${run}${n}","title":"task ${n}","notes":"FILL","timeSpentOnDay":{}}`,
        rows,
        '}}}',
      );
    },
  },
  markdown: {
    type: 'text/markdown',
    rows: 49_000,
    file: (run, rows) => fileOf('', (n) => `- [ ] ${run} ${n} tomorrow FILL\n`, rows),
  },
  text: {
    type: 'text/plain',
    rows: 49_000,
    file: (run, rows) => fileOf('', (n) => `${run} ${n} FILL\n`, rows),
  },
  calendar: {
    type: 'text/calendar',
    rows: 1_000,
    file: (run, rows) =>
      fileOf(
        'BEGIN:VCALENDAR\r\nVERSION:2.0\r\n',
        (n) => `BEGIN:VTODO\r\nUID:${run}-${n}\r\nSUMMARY:${run} ${n}\r\nDESCRIPTION:FILL\r\nEND:VTODO\r\n`,
        rows,
        'END:VCALENDAR\r\n',
      ),
  },
};

test('the event loop is not blocked by an import of 19 MiB, its preview and its undo', async (suite) => {
  const host = await openWatchedHost(suite);
  const { ada } = host;
  for (const [format, { type, rows, file }] of Object.entries(formats)) {
    let run = 0;
    await suite.test(`${rows} rows of ${format}`, (t) =>
      assertUnblocked(t, host, async () => {
        run += 1;
        const body = file(`r${run}`, rows);
        for (const isPreview of [true, false]) {
          const path = `/api/v1/imports?preview=${isPreview}&format=${format}`;
          // A file that takes more than 10 s to read is refused.
          await assertStatus(ada.call('POST', path, body, { 'content-type': type }), 200, 422);
        }
        await assertStatus(ada.call('POST', '/api/v1/undo'), 200, 404);
      }),
    );
  }
});
