/** Files that several people import at the same time stay within the memory of the pod of todo-service. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { v7 } from 'uuid';
import { findService } from '@rondo/shared/service-registry';
import { zipOf } from '../../../services/todo-service/test/support/zip-of.ts';
import { startServicePod } from '../../support/pod.ts';

const mebibyte = 1024 * 1024;
const head = 'TYPE,CONTENT,DESCRIPTION\n';
const zone = (n: number) =>
  `BEGIN:VTIMEZONE\r\nTZID:z${n}\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0117\r\nTZOFFSETTO:+0117\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VTODO\r\nUID:${n}\r\nSUMMARY:a\r\nDUE;TZID=z${n}:20260101T090000\r\nEND:VTODO\r\n`;
const inCalendar = (lines: string) => `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${lines}END:VCALENDAR\r\n`;
const rows = (count: number, row: string) => head + row.repeat(count);

const exportOf = (fields: string, count: number) =>
  `{"format":"rondo-export","version":1,"tasks":[${`{"title":"a","due_date":"2027-01-01",${fields}},`.repeat(count)}{}]}`;
const namesOf = (count: number) => Array.from({ length: count }, (_, n) => `"l${n}"`).join(',');
const daysOf = (count: number) =>
  Array.from({ length: count }, (_, n) =>
    JSON.stringify(new Date(n * 864e5).toISOString().slice(0, 10)),
  ).join(',');
/** Each line is a remark of its own. */
const unreadable = Array.from({ length: 20 }, (_, n) => `L${n}\r\n`).join('');

const files: Record<string, () => Promise<Buffer> | string> = {
  'a zip of texts whose characters take two bytes': () =>
    zipOf({ 'a.csv': rows(1_250, `task,a,${'漢'.repeat(19_000)}\n`) }),
  'a calendar of zones': () => inCalendar(Array.from({ length: 40_000 }, (_, n) => zone(n)).join('')),
  'an export of many labels': () => exportOf(`"labels":[${namesOf(50)}]`, 49_000),
  'an export of many dates': () =>
    exportOf(`"recurrence_rule":"FREQ=DAILY","exdates":[${daysOf(366)}]`, 4_000),
  'a table of 49,000 tasks with 60 labels each': () =>
    rows(49_000, `task,a ${Array.from({ length: 60 }, (_, n) => `@${n.toString(36)}`).join(' ')},\n`),
  'a calendar with a million remarks': () =>
    inCalendar(
      Array.from(
        { length: 49_000 },
        (_, n) => `BEGIN:VTODO\r\nUID:${n}\r\nSUMMARY:a\r\n${unreadable}END:VTODO\r\n`,
      ).join(''),
    ),
  'a table of 20 MB': () => rows(1_000, `task,a,${'x'.repeat(19_000)}\n`),
};

for (const [what, file] of Object.entries(files))
  test(`${what}, from four people at the same time`, async (t) => {
    const pod = await startServicePod(t, findService('todo-service'));
    if (!pod) return;
    const body = new Uint8Array(Buffer.from((await file()) as string));
    const importAs = async (personId: string, isPreview: boolean) => {
      const authorization = `Bearer ${await pod.issuer.tokenFor({ sub: personId })}`;
      const answer = await Promise.race([
        fetch(`${pod.url}/api/v1/imports?preview=${isPreview}`, {
          method: 'POST',
          headers: { authorization, 'content-type': 'application/octet-stream' },
          body,
        }),
        pod.ended.then((how) => assert.fail(how)),
      ]);
      const text = await answer.text();
      assert.ok([200, 422, 429].includes(answer.status), `${answer.status} ${text.slice(0, 500)}`);
    };
    for (const isPreview of [true, false])
      await Promise.all(Array.from({ length: 4 }, () => importAs(v7(), isPreview)));
    t.diagnostic(`at most ${(pod.peak() / mebibyte).toFixed(0)} MiB`);
  });
