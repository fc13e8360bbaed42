import type { TestContext } from 'node:test';
import { v7 } from 'uuid';
import { WebSocket } from 'ws';
import type { Hello, ServerMessage, WsTicket } from '@rondo/shared/contracts/sync-message';
import { topics } from '@rondo/shared/contracts/topics';
import { eventually } from '@rondo/shared/test/eventually';
import { startTestService, type TestPerson, type TestService } from '@rondo/shared/test/service';
import { service as websocketService } from '../../src/service.ts';

export const start = (t: TestContext, env: Record<string, string> = {}) =>
  startTestService(t, websocketService, { env });
export const socketUrl = ({ service }: TestService) => `${service.url.replace('http', 'ws')}/ws`;
export const ticketOf = async (who: TestPerson) =>
  (await who.call<WsTicket>('POST', '/api/v1/ws-tickets')).body.ticket;

export type Opened = { socket: WebSocket; messages: ServerMessage[]; closed: Promise<number> };

/** Opens a socket that sends `first` at once, and collects the messages that it gets. */
export function open(t: TestContext, url: string, first: unknown, options = {}): Opened {
  const socket = new WebSocket(url, options);
  const messages: ServerMessage[] = [];
  t.after(() => socket.terminate());
  socket.on('error', () => undefined);
  socket.on('open', () => {
    if (first !== undefined) socket.send(typeof first === 'string' ? first : JSON.stringify(first));
  });
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as ServerMessage));
  return { socket, messages, closed: new Promise((resolve) => socket.on('close', resolve)) };
}

export const hello = async (who: TestPerson, since = 0): Promise<Hello> => ({
  type: 'hello',
  ticket: await ticketOf(who),
  since,
});

/** Delivers one event as the sidecar does, from the service that writes to the topic. @returns its verdict */
export async function deliver(
  service: TestService,
  data: unknown,
  topic: string = topics.taskUpdates,
): Promise<string | undefined> {
  const [verdict] = await service.deliver(topic, [{ specversion: '1.0', id: v7(), data }]);
  return verdict;
}

export const seqsOf = ({ messages }: Opened) =>
  messages.flatMap((message) => (message.type === 'event' ? [message.event.seq] : []));
export const firstOf = async (opened: Opened) => eventually(() => opened.messages[0]);
