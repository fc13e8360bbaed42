/** Reports of many large objects whose readers don't read stay within the memory of the pod of todo-service. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { v7 } from 'uuid';
import { findService } from '@rondo/shared/service-registry';
import { collection, multiget, query } from '../../../services/todo-service/test/support/dav-client.ts';
import { startServicePod } from '../../support/pod.ts';

const mebibyte = 1024 * 1024;
const people = 24;
const tasks = 50;
/** One character that is not Latin-1 makes a text take two bytes for each, and XML makes five of each ampersand. */
const description = `漢${'&'.repeat(19_000)}`;

/** Sends a report and reads only the beginning of its answer. @returns what reads the rest */
async function ask(url: string, authorization: string, report: string): Promise<() => Promise<string>> {
  const { hostname, port, host } = new URL(url);
  const socket: Socket = connect({ host: hostname, port: Number(port) });
  socket.write(
    `REPORT ${collection} HTTP/1.1\r\nhost: ${host}\r\nauthorization: ${authorization}\r\nconnection: close\r\n` +
      `depth: 1\r\ncontent-type: application/xml\r\ncontent-length: ${Buffer.byteLength(report)}\r\n\r\n${report}`,
  );
  await once(socket, 'readable');
  const head = String(socket.read(16));
  return async () => {
    let end = head;
    for await (const chunk of socket) end = (end + String(chunk)).slice(-100);
    return end;
  };
}

test(`two reports of each of ${people} people who don't read them`, async (t) => {
  const pod = await startServicePod(t, findService('todo-service'));
  if (!pod) return;
  const orEnd = <Result>(promise: Promise<Result>) =>
    Promise.race([promise, pod.ended.then((how) => assert.fail(how))]);
  const readers: (() => Promise<string>)[] = [];
  for (let n = 0; n < people; n += 1) {
    const headers = {
      authorization: `Bearer ${await pod.issuer.tokenFor({ sub: v7() })}`,
      'content-type': 'application/json',
    };
    const call = async (method: string, path: string, body: unknown) => {
      const answer = await fetch(`${pod.url}${path}`, { method, headers, body: JSON.stringify(body) });
      assert.ok(answer.ok, `${answer.status} ${path}`);
      return (await answer.json()) as { password: string; tasks: { id: string }[] };
    };
    const operations = Array.from({ length: tasks }, (_, task) => ({
      op: 'create',
      title: `large ${task}`,
      description,
    }));
    const made = await call('POST', '/api/v1/tasks/bulk', { operations });
    const { password } = await call('POST', '/api/v1/app-passwords', { name: 'tests' });
    const authorization = `Basic ${Buffer.from(`x:${password}`).toString('base64')}`;
    const names = made.tasks.map(({ id }) => `${collection}${id}.ics`);
    for (const report of [query('', '<C:calendar-data/>'), multiget(...names)])
      readers.push(await orEnd(ask(pod.url, authorization, report)));
  }
  for (const read of readers) assert.match(await orEnd(read()), /<\/D:multistatus>/);
  t.diagnostic(`at most ${(pod.peak() / mebibyte).toFixed(0)} MiB`);
});
