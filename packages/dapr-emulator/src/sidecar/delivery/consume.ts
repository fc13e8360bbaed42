import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'undici';
import type { Log } from '@rondo/shared/observability/log';
import type { Broker } from '../../broker/broker.ts';
import {
  defaultRetryPolicy,
  mayPublish,
  maySubscribe,
  type Component,
  type RetryPolicy,
} from '../components.ts';
import { deliver } from './deliver.ts';
import { subscriptionsIn, type DeclaredSubscription } from './declared-subscription.ts';

export type ConsumptionOptions = {
  app_id: string;
  app_token: string;
  broker: Broker;
  retry?: RetryPolicy;
  log: Log;
};

const appPollMs = 25;

/** Reads the app's subscriptions as soon as it answers, joins their groups, and leaves them at the stop. */
export async function consume(
  options: ConsumptionOptions,
  components: Component[],
  app: Pool,
  stopped: AbortSignal,
): Promise<void> {
  const subscriptions = await readSubscriptions(options, app, stopped);
  const leave: (() => Promise<void>)[] = [];
  for (const subscription of subscriptions) {
    const left = await join(subscription, options, components, app);
    if (left) leave.push(left);
  }
  if (!stopped.aborted)
    await new Promise((resolve) => stopped.addEventListener('abort', resolve, { once: true }));
  await Promise.all(leave.map((left) => left()));
}

async function readSubscriptions(
  { app_token: appToken, log }: ConsumptionOptions,
  app: Pool,
  stopped: AbortSignal,
): Promise<DeclaredSubscription[]> {
  while (!stopped.aborted) {
    try {
      const response = await app.request({
        method: 'GET',
        path: '/dapr/subscribe',
        headers: { 'dapr-api-token': appToken },
      });
      return declaredIn(response.statusCode, await response.body.text(), log);
    } catch {
      await pause(appPollMs, undefined, { signal: stopped }).catch(() => undefined);
    }
  }
  return [];
}

function declaredIn(status: number, text: string, log: Log): DeclaredSubscription[] {
  try {
    if (status === 200) return subscriptionsIn(text);
    if (status !== 404) throw new Error(`its status was ${status}`);
  } catch (error) {
    log.error({ err: error }, 'the app did not tell its subscriptions; it gets no events');
  }
  return [];
}

async function join(
  subscription: DeclaredSubscription,
  options: ConsumptionOptions,
  components: Component[],
  app: Pool,
): Promise<(() => Promise<void>) | undefined> {
  const { app_id: appId, broker, log, retry = defaultRetryPolicy } = options;
  const { pubsubname, topic, bulkSubscribe } = subscription;
  const component = components.find(({ name }) => name === pubsubname);
  if (component?.type !== 'pubsub.kafka' || !maySubscribe(component, appId, topic)) {
    log.error(
      { app_id: appId, pubsubname, topic },
      'the app may not subscribe to this topic of this component',
    );
    return undefined;
  }
  const isShared = component.consumer_group === '{appID}';
  const deliveryOptions = {
    subscription,
    app,
    app_token: options.app_token,
    retry,
    log,
    append: broker.append.bind(broker),
    may_bury: mayPublish(component, appId, subscription.deadLetterTopic ?? ''),
  };
  return broker.join(
    {
      group: isShared ? appId : `${appId}-${randomUUID()}`,
      initial_offset: component.initial_offset,
      is_durable: isShared,
    },
    {
      topic,
      mode: bulkSubscribe?.enabled
        ? {
            kind: 'bulk',
            max_records: bulkSubscribe.maxMessagesCount || 80,
            max_await_ms: bulkSubscribe.maxAwaitDurationMs || 10_000,
          }
        : { kind: 'single' },
      deliver: (records, signal) => deliver(records, deliveryOptions, signal),
    },
  );
}
