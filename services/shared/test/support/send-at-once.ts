import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/**
 * Sends requests in one packet, so that a service of this process reads all of them in one turn of the event loop.
 * @returns the statuses, and how many turns the event loop had until the last answer
 */
export async function sendAtOnce(
  url: string,
  { path, token, body, count }: { path: string; token: string; body: object; count: number },
): Promise<{ statuses: number[]; turns: number }> {
  const json = JSON.stringify(body);
  const requestOf = (connection: 'keep-alive' | 'close') =>
    [
      `POST ${path} HTTP/1.1`,
      'host: localhost',
      `connection: ${connection}`,
      `authorization: Bearer ${token}`,
      'content-type: application/json',
      `content-length: ${json.length}`,
      '',
      json,
    ].join('\r\n');
  let [turns, isRunning] = [0, true];
  const countTurn = () => {
    turns += 1;
    if (isRunning) setImmediate(countTurn);
  };
  setImmediate(countTurn);
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(requestOf('keep-alive').repeat(count - 1) + requestOf('close'));
  const answers = await text(socket);
  isRunning = false;
  return { statuses: [...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status)), turns };
}
