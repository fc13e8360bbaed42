/** Ten thousand sockets, and events that nobody reads, stay within the memory of the pod of websocket-service. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { v7 } from 'uuid';
import { WebSocket } from 'ws';
import type { WsTicket } from '@rondo/shared/contracts/sync-message';
import { topics } from '@rondo/shared/contracts/topics';
import { findService } from '@rondo/shared/service-registry';
import { eventually } from '@rondo/shared/test/eventually';
import { taskEvent } from '@rondo/shared/test/task-event';
import { startServicePod, type ServicePod } from '../../support/pod.ts';
import { subscriptionOf } from '../../support/pod-subscription.ts';

const mebibyte = 1024 * 1024;
/** A text whose characters take the most bytes in JSON. */
const description = '\u0001'.repeat(20_000);

const startPod = (t: TestContext) =>
  startServicePod(t, findService('websocket-service'), {
    MAX_SOCKETS_PER_ADDRESS: '20000',
    MAX_SOCKETS_WITHOUT_HELLO_PER_ADDRESS: '20000',
  });

type Opened = { socket: WebSocket; events: () => number };

/** Opens sockets of a person, and waits until each is greeted. */
async function openSockets({ url, issuer }: ServicePod, personId: string, count: number): Promise<Opened[]> {
  const headers = { authorization: `Bearer ${await issuer.tokenFor({ sub: personId })}` };
  return Promise.all(
    Array.from({ length: count }, async () => {
      const { ticket } = (await (
        await fetch(`${url}/api/v1/ws-tickets`, { method: 'POST', headers })
      ).json()) as WsTicket;
      const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, { perMessageDeflate: false });
      let events = 0;
      await new Promise<void>((resolve, reject) => {
        socket.on('error', reject);
        socket.once('open', () => socket.send(JSON.stringify({ type: 'hello', ticket, since: 0 })));
        socket.once('message', () => resolve());
      });
      socket.on('message', (data: Buffer) => {
        if (data.includes('"type":"event"')) events += 1;
      });
      return { socket, events: () => events };
    }),
  );
}

function largest(workspaceId: string, seq: number) {
  const event = taskEvent(workspaceId, seq);
  return { ...event, payload: { ...event.payload, description } };
}

async function openPeople(t: TestContext, pod: ServicePod, people: number, each: number) {
  const opened: { id: string; sockets: Opened[] }[] = [];
  for (let from = 0; from < people; from += 10)
    opened.push(
      ...(await Promise.all(
        Array.from({ length: 10 }, async () => {
          const id = v7();
          return { id, sockets: await openSockets(pod, id, each) };
        }),
      )),
    );
  t.after(() => opened.forEach(({ sockets }) => sockets.forEach(({ socket }) => socket.terminate())));
  return opened;
}

test('10,000 sockets, and an event for each', async (t) => {
  const pod = await startPod(t);
  if (!pod) return;
  const people = await openPeople(t, pod, 500, 20);
  t.diagnostic(`at most ${(pod.peak() / mebibyte).toFixed(0)} MiB for 10,000 idle sockets`);
  const { deliver, maxCount } = await subscriptionOf(pod, topics.taskUpdates);
  for (let from = 0; from < people.length; from += maxCount)
    await deliver(people.slice(from, from + maxCount).map(({ id }) => taskEvent(id, 1)));
  await eventually(() => people.every(({ sockets }) => sockets.every(({ events }) => events() === 1)), {
    timeout_ms: 60_000,
    every_ms: 100,
    what: 'an event on every socket',
  });
  t.diagnostic(`at most ${(pod.peak() / mebibyte).toFixed(0)} MiB`);
});

test('the largest events of many people who read nothing', async (t) => {
  const pod = await startPod(t);
  if (!pod) return;
  const people = await openPeople(t, pod, 150, 2);
  for (const { sockets } of people) for (const { socket } of sockets) socket.pause();
  const [reader] = await openSockets(pod, v7(), 1);
  assert.ok(reader);
  const { deliver } = await subscriptionOf(pod, topics.taskUpdates);
  for (let seq = 1; seq <= 20; seq += 5) {
    for (let from = 0; from < people.length; from += 5)
      await deliver(
        people
          .slice(from, from + 5)
          .flatMap(({ id }) => Array.from({ length: 5 }, (_, n) => largest(id, seq + n))),
      );
    t.diagnostic(`seq ${seq}: at most ${(pod.peak() / mebibyte).toFixed(0)} MiB`);
  }
  assert.equal(reader.socket.readyState, WebSocket.OPEN);
});
