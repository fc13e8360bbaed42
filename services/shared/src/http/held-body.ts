import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AppError } from '../errors.ts';
import { onceClosed } from './once-closed.ts';
import { answerWithProblem } from './raw-problem.ts';

/** A property: an entry of a WeakMap that leads back to its key survives all collections but the full ones. */
const bodyOf = Symbol('the body that is held');
type Holding = IncomingMessage & { [bodyOf]?: HeldBody };

/**
 * A body that takes room which others need, too: from the head of its request until the request is answered, or dropped. It
 * costs no listener and no timer: what has arrived is asked for when it matters.
 */
export class HeldBody {
  /** As many as were announced. */
  readonly bytes: number;
  /** What the address of the client counts as. */
  readonly network: string;
  /** The person, once a service of this process has identified them. Until then the network. */
  holder: string;
  readonly #message: IncomingMessage;
  readonly #answer: ServerResponse;
  readonly #begun = performance.now();
  readonly #receivedBefore: number;
  #releases: (() => void)[] | undefined = [];

  constructor(
    message: IncomingMessage,
    answer: ServerResponse,
    { bytes, network }: { bytes: number; network: string },
  ) {
    this.bytes = bytes;
    this.network = network;
    this.holder = network;
    this.#message = message;
    this.#answer = answer;
    this.#receivedBefore = message.socket.bytesRead;
    (message as Holding)[bodyOf] = this;
    onceClosed(answer, () => this.release());
  }

  get isArriving(): boolean {
    return !this.#message.complete;
  }

  /** The bytes that came on its connection so far, those of earlier requests included. */
  get received(): number {
    return this.#message.socket.bytesRead;
  }

  /** How much is missing, and for how long it has been: bytes times milliseconds. 0 if all of it is here. What came with the head counts as missing. */
  get lateness(): number {
    if (!this.isArriving) return 0;
    const missing = this.bytes - (this.received - this.#receivedBefore);
    return Math.max(1, missing) * (performance.now() - this.#begun);
  }

  /** Calls `release` when the request is answered or dropped, at once if it is already. */
  hold(release: () => void): void {
    if (this.#releases) this.#releases.push(release);
    else release();
  }

  /** Answers with the error if no answer has begun, closes the connection, and releases at once what is held. */
  drop(error: AppError): void {
    this.release();
    const { socket } = this.#message;
    // A client that doesn't read what it has been sent would keep the connection until it has read the answer, too.
    if (this.#answer.headersSent || socket.writableLength > 0) socket.destroy();
    else answerWithProblem(socket, error);
  }

  /** Releases what is held before the request is answered. */
  release(): void {
    const releases = this.#releases ?? [];
    this.#releases = undefined;
    for (const release of releases) release();
  }
}

/** The body that a server of this process holds for a request, if it has one. */
export function heldBodyOf(message: Holding): HeldBody | undefined {
  return message[bodyOf];
}

/** Says whose the body of a request is. */
export function nameHolder(message: IncomingMessage, personId: string): void {
  const body = heldBodyOf(message);
  if (body) body.holder = personId;
}
