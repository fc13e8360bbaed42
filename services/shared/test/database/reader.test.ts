import assert from 'node:assert/strict';
import { ServerResponse, IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { currentReader, runAsReader } from '../../src/database/reader.ts';
import { streamToReader } from '../../src/http/reader-slots.ts';

const ada = { personId: 'ada', signalOf: () => new AbortController().signal };

test('each part of a streamed answer is read on behalf of its person, also if the taker is another', async () => {
  let isEnded = false;
  async function* parts(): AsyncGenerator<string> {
    try {
      for (;;) yield currentReader()?.personId ?? 'nobody';
    } finally {
      isEnded = true;
    }
  }
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  const stream = runAsReader(ada, () => streamToReader(parts(), response));
  const seen: string[] = [];
  for await (const part of stream) {
    seen.push(String(part));
    if (seen.length === 3) break;
  }
  assert.deepEqual(seen, ['ada', 'ada', 'ada']);
  assert.deepEqual([isEnded, currentReader()], [true, undefined]);
});
