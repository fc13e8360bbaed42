import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AclOperations, AclPermissionTypes, ResourcePatternTypes, ResourceTypes } from '@platformatic/kafka';
import { deadLetterTopicOf } from '@rondo/shared/contracts/topics';
import { isConsumer, serviceRegistry } from '@rondo/shared/service-registry';
import { planAccess } from '../src/access-plan.ts';

const services = Object.fromEntries(serviceRegistry.map(({ name }) => [name, `user-of-${name}`]));
const plan = planAccess({ administrator: 'admin', services });

const labelIn = (labels: Record<string, number>, value: number) =>
  Object.keys(labels).find((label) => labels[label] === value);

/** The rules of a principal as `OPERATION TYPE NAME`; a prefix ends with a star. */
const rulesOf = (principal: string) =>
  plan
    .filter((acl) => acl.principal === `User:${principal}`)
    .map(
      ({ operation, resourceType, resourceName, resourcePatternType }) =>
        `${labelIn(AclOperations, operation)} ${labelIn(ResourceTypes, resourceType)} ${resourceName}` +
        (resourcePatternType === ResourcePatternTypes.PREFIXED ? '*' : ''),
    )
    .toSorted();

test('each service writes what it produces, reads what it consumes with its own group, and uses its own dead letters', () => {
  for (const entry of serviceRegistry) {
    const { name, topics } = entry;
    const dead = isConsumer(entry) ? [deadLetterTopicOf(name)] : [];
    assert.deepEqual(
      rulesOf(`user-of-${name}`),
      [
        ...[...topics.produces, ...dead].map((topic) => `WRITE TOPIC ${topic}`),
        ...[...topics.consumes, ...(topics.fansOut ?? []), ...dead].map((topic) => `READ TOPIC ${topic}`),
        ...(isConsumer(entry) ? [`READ GROUP ${name}`] : []),
        ...(topics.fansOut ? [`READ GROUP ${name}-*`] : []),
      ].toSorted(),
      name,
    );
  }
});

test('no prefix of a group reaches the group of another service', () => {
  const prefixes = plan.filter(({ resourcePatternType: type }) => type === ResourcePatternTypes.PREFIXED);
  for (const { resourceName: prefix } of prefixes)
    assert.deepEqual(
      serviceRegistry.filter(({ name }) => name.startsWith(prefix)).map(({ name }) => name),
      [],
    );
});

test('the administrator manages users, rules and topics, and can neither read nor write a topic', () => {
  assert.deepEqual(rulesOf('admin'), [
    'ALTER CLUSTER kafka-cluster',
    'ALTER TOPIC *',
    'CREATE CLUSTER kafka-cluster',
    'CREATE TOPIC *',
    'DESCRIBE CLUSTER kafka-cluster',
    'DESCRIBE GROUP *',
    'DESCRIBE TOPIC *',
    'DESCRIBE_CONFIGS TOPIC *',
  ]);
});

test('every rule allows, from any host, and a service without a user is an error', () => {
  for (const { host, permissionType } of plan)
    assert.deepEqual([host, permissionType], ['*', AclPermissionTypes.ALLOW]);
  assert.throws(() => planAccess({ administrator: 'admin', services: {} }), /has no user at the broker/);
});
