import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'undici';
import type { Broker } from '../../broker/broker.ts';
import type { Log } from '../../log.ts';
import {
  defaultRetryPolicy,
  mayPublish,
  maySubscribe,
  type Component,
  type RetryPolicy,
} from '../components.ts';
import { deliver } from './deliver.ts';
import { parseSubscriptions, type DeclaredSubscription } from './declared-subscription.ts';

export type ConsumeOptions = {
  appId: string;
  appToken: string;
  broker: Broker;
  retry?: RetryPolicy;
  log: Log;
};

const appPollMs = 25;

/** Reads the subscriptions of the app as soon as it answers, joins their groups, and leaves them when it is stopped. */
export async function consume(
  options: ConsumeOptions,
  components: Component[],
  app: Pool,
  stopped: AbortSignal,
): Promise<void> {
  const subscriptions = await readSubscriptions(options, app, stopped);
  const leave: (() => Promise<void>)[] = [];
  for (const subscription of subscriptions) {
    const leaveGroup = await join(subscription, options, components, app);
    if (leaveGroup) leave.push(leaveGroup);
  }
  if (!stopped.aborted)
    await new Promise((resolve) => stopped.addEventListener('abort', resolve, { once: true }));
  await Promise.all(leave.map((leaveGroup) => leaveGroup()));
}

async function readSubscriptions(
  { appToken, log }: ConsumeOptions,
  app: Pool,
  stopped: AbortSignal,
): Promise<DeclaredSubscription[]> {
  while (!stopped.aborted) {
    try {
      const response = await app.request({
        method: 'GET',
        path: '/dapr/subscribe',
        headers: { 'dapr-api-token': appToken },
        // Something that is not an HTTP server may listen there and never answer.
        signal: stopped,
      });
      return readDeclared(response.statusCode, await response.body.text(), log);
    } catch {
      await pause(appPollMs, undefined, { signal: stopped }).catch(() => undefined);
    }
  }
  return [];
}

function readDeclared(status: number, text: string, log: Log): DeclaredSubscription[] {
  try {
    if (status === 200) return parseSubscriptions(text);
    if (status !== 404) throw new Error(`its status is ${status}`);
  } catch (error) {
    log.error({ err: error }, 'the subscriptions of the app are not readable, so it gets no events');
  }
  return [];
}

async function join(
  subscription: DeclaredSubscription,
  options: ConsumeOptions,
  components: Component[],
  app: Pool,
): Promise<(() => Promise<void>) | undefined> {
  const { appId, broker, log, retry = defaultRetryPolicy } = options;
  const { pubsubname, topic, bulkSubscribe } = subscription;
  const component = components.find(({ name }) => name === pubsubname);
  if (component?.type !== 'pubsub.kafka' || !maySubscribe(component, appId, topic)) {
    log.error(
      { app_id: appId, pubsubname, topic },
      'the app may not subscribe to this topic of this component',
    );
    return undefined;
  }
  const isShared = component.consumerGroup === '{appID}';
  const deliveryOptions = {
    subscription,
    app,
    appToken: options.appToken,
    retry,
    log,
    append: broker.append.bind(broker),
    mayDeadLetter: mayPublish(component, appId, subscription.deadLetterTopic ?? ''),
  };
  return broker.join(
    {
      group: isShared ? appId : `${appId}-${randomUUID()}`,
      initialOffset: component.initialOffset,
      isDurable: isShared,
    },
    {
      topic,
      mode: bulkSubscribe?.enabled
        ? {
            kind: 'bulk',
            maxRecords: bulkSubscribe.maxMessagesCount || 80,
            maxAwaitMs: bulkSubscribe.maxAwaitDurationMs || 10_000,
          }
        : { kind: 'single' },
      deliver: (records, signal) => deliver(records, deliveryOptions, signal),
    },
  );
}
