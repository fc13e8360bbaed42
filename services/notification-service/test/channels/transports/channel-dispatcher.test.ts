import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { parseEnvironment } from '@rondo/shared/config';
import { eventually } from '@rondo/shared/test/eventually';
import { createChannelDispatcher } from '../../../src/channels/transports/channel-dispatcher.ts';
import { notificationSettings } from '../../../src/config.ts';
import { startDns } from '../../support/dns-server.ts';
import { aMessage, attempt } from '../../support/message.ts';

test('disposing the dispatcher ends the lookups of its sends', async (t) => {
  const dns = await startDns(t, () => 'silence');
  const dispatcher = createChannelDispatcher(
    { 'encryption-keys': randomBytes(32).toString('base64') },
    parseEnvironment(notificationSettings, { DNS_SERVERS: ` ${dns.address}, ` }),
  );
  const target = { kind: 'ntfy', server: 'https://hanging.example', topic: 'ada' };
  const { url: _url, ...message } = aMessage();
  const sending = dispatcher.send(
    { id: 'a', workspace_id: 'ada', sealed_target: dispatcher.box.seal(JSON.stringify(target), 'a') },
    message,
    attempt,
  );
  await eventually(() => dns.asked.includes('hanging.example'));
  await dispatcher[Symbol.asyncDispose]();
  assert.deepEqual(await sending, {
    status: 'failed',
    reason: 'The name of the receiver cannot be resolved: ECANCELLED.',
    isPermanent: false,
  });
});
