import type { Duplex } from 'node:stream';
import type { Problem } from '../contracts/problem.ts';
import type { AppError } from '../errors.ts';
import { problemOf } from './problem-details.ts';

/**
 * Answers a request that has no response object, such as an upgrade, with a problem, and closes the connection without
 * waiting for the other side.
 */
export function answerWithProblem(socket: Duplex, error: AppError): void {
  const { instance: _none, ...problem } = problemOf(error, '');
  writeProblem(socket, problem, error.headers);
}

/** As `answerWithProblem`. */
export function writeProblem(socket: Duplex, problem: Problem, headers: Record<string, string> = {}): void {
  const body = JSON.stringify(problem);
  const lines = [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    ...Object.entries({ ...headers, connection: 'close' }).map(([name, value]) => `${name}: ${value}`),
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  // Node adds no error listener to an upgraded socket, so an error would crash the process.
  socket.on('error', () => socket.destroy());
  socket.once('finish', () => socket.destroy());
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
