import { WebSocket } from 'ws';
import type { WsTicket } from '@rondo/shared/contracts/sync-message';
import { eventually } from '@rondo/shared/test/eventually';
import { residentKilobytes } from '../support/machine.ts';
import { peopleOf, type BenchPerson } from '../support/people.ts';
import type { Scenario } from '../support/scenario.ts';

const peopleCount = 500;
const socketsEach = 20;

/** 10,000 idle sockets of 500 people at the service's port, then one change per person, sent to all its sockets. */
export const sockets: Scenario = {
  name: 'sockets',
  async run(bench) {
    const people = await peopleOf(bench, 'sockets', peopleCount);
    const url = `${(bench.host.endpoints.services['websocket-service'] ?? '').replace('http', 'ws')}/ws`;
    const before = residentKilobytes(bench.host.endpoints.pid);
    let received = 0;
    const open: WebSocket[] = [];
    for (let n = 0; n < peopleCount; n += 10) {
      await Promise.all(
        people.slice(n, n + 10).map(async (person) => {
          for (let m = 0; m < socketsEach; m += 1)
            open.push(await openSocket(url, person, () => (received += 1)));
        }),
      );
    }
    const after = residentKilobytes(bench.host.endpoints.pid);
    const began = performance.now();
    await Promise.all(people.map((person) => person.call('POST', '/api/v1/tasks', { title: 'to all' })));
    const answered = performance.now();
    await eventually(() => received >= open.length, {
      timeout_ms: 60_000,
      every_ms: 1,
      what: 'an event on every socket',
    });
    const ms = performance.now() - answered;
    for (const socket of open) socket.terminate();
    return [
      {
        name: 'memory of an idle socket',
        value: Math.round(((after - before) / open.length) * 10) / 10,
        unit: 'KB',
        target: { at_most: 15 },
        note: `${open.length} sockets, resident memory of the host`,
      },
      {
        name: 'to all 10,000 sockets after the last of 500 answers',
        value: Math.round(ms),
        unit: 'ms',
        target: { at_most: 500 },
        note: `${Math.round(answered - began)} ms for the 500 changes`,
      },
    ];
  },
};

async function openSocket(url: string, person: BenchPerson, onEvent: () => void): Promise<WebSocket> {
  const { ticket } = (await person.call('POST', '/api/v1/ws-tickets')).body as WsTicket;
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => socket.send(JSON.stringify({ type: 'hello', ticket, since: 0 })));
    socket.once('message', () => resolve());
  });
  socket.on('message', (data: Buffer) => {
    if (data.includes('"type":"event"')) onEvent();
  });
  return socket;
}
