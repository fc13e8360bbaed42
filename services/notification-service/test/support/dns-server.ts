import { createSocket } from 'node:dgram';
import { isIPv4 } from 'node:net';

type Cleanup = { after: (hook: () => unknown) => void };

/** The addresses of a name; none if the name has no address of the family that is asked for; or what the server does instead. */
export type DnsAnswer = readonly string[] | 'unknown' | 'failure' | 'silence';

export type DnsServer = {
  /** As `address:port`. */
  address: string;
  /** The names that were asked for, in order. A name has two questions: for IPv4 and for IPv6. */
  asked: string[];
};

const types = { A: 1, AAAA: 28 };
const flags = { ok: 0x8180, unknown: 0x8183, failure: 0x8182 };

/** Starts a DNS server (RFC 1035) on loopback that answers each name as `answerOf` says. */
export async function startDns(t: Cleanup, answerOf: (name: string) => DnsAnswer): Promise<DnsServer> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (message, { port, address }) => {
    const { name, type, question } = questionOf(message);
    asked.push(name);
    const answer = answerOf(name);
    if (answer === 'silence') return;
    const addresses = typeof answer === 'string' ? [] : answer.filter((each) => typeOf(each) === type);
    const header = Buffer.alloc(12);
    message.copy(header, 0, 0, 2);
    header.writeUInt16BE(typeof answer === 'string' ? flags[answer] : flags.ok, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(addresses.length, 6);
    socket.send(Buffer.concat([header, question, ...addresses.map(recordOf)]), port, address);
  });
  await new Promise<void>((resolve) => {
    socket.bind(0, '127.0.0.1', resolve);
  });
  t.after(() => socket.close());
  return { address: `127.0.0.1:${socket.address().port}`, asked };
}

/** Gives these answers in turn, each to both questions of a lookup, and then repeats the last one. */
export function inTurn(...answers: DnsAnswer[]): () => DnsAnswer {
  let questions = 0;
  return () => answers[Math.min(Math.floor(questions++ / 2), answers.length - 1)] ?? 'unknown';
}

function questionOf(message: Buffer): { name: string; type: number; question: Buffer } {
  const labels: string[] = [];
  let at = 12;
  for (let length = message.readUInt8(at); length > 0; length = message.readUInt8(at)) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  const question = message.subarray(12, at + 5);
  return { name: labels.join('.').toLowerCase(), type: message.readUInt16BE(at + 1), question };
}

function typeOf(address: string): number {
  return isIPv4(address) ? types.A : types.AAAA;
}

/** A record of the name in the question, which lives for no time. */
function recordOf(address: string): Buffer {
  const data = bytesOf(address);
  const head = Buffer.from([0xc0, 0x0c, 0, typeOf(address), 0, 1, 0, 0, 0, 0, 0, data.length]);
  return Buffer.concat([head, data]);
}

function bytesOf(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const [before = '', after = ''] = address.split('::');
  const groupsOf = (text: string) => text.split(':').filter(Boolean);
  const [start, end] = [groupsOf(before), groupsOf(after)];
  const zeros = Array.from({ length: 8 - start.length - end.length }, () => '0');
  const groups = [...start, ...zeros, ...end].map((group) => group.padStart(4, '0'));
  return Buffer.from(groups.join(''), 'hex');
}
