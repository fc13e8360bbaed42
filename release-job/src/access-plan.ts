import {
  AclOperations,
  AclPermissionTypes,
  ResourcePatternTypes,
  ResourceTypes,
  type Acl,
  type AclOperationLabel,
  type ResourceTypeLabel,
} from '@platformatic/kafka';
import { accessOf, isConsumer, serviceRegistry, type ServiceEntry } from '@rondo/shared/service-registry';

/** The names of users in access rules. */
export type Principals = {
  /** Of the release job. */
  administrator: string;
  /** Of each service's sidecar, by the name of the service. */
  services: Record<string, string>;
};

type Grant = {
  type: ResourceTypeLabel;
  /** `*` is every resource of the type. */
  name: string;
  isPrefix?: boolean;
  operations: AclOperationLabel[];
};

/**
 * The rights of each user, as access rules of Kafka. A service writes only the topics that the registry says it publishes, and
 * reads only those that it consumes, with its own consumer group. Read and write include describe.
 * @throws Error if a service has no principal
 */
export function planAccess({ administrator, services }: Principals, registry = serviceRegistry): Acl[] {
  return [
    ...aclsOf(administrator, administration),
    ...registry.flatMap((entry) => {
      const principal = services[entry.name];
      if (principal === undefined) throw new Error(`${entry.name} has no user at the broker.`);
      return aclsOf(principal, grantsOf(entry));
    }),
  ];
}

/**
 * What the release job does. Some brokers let everyone use a resource that no rule names, so these rules, which name all of
 * them, also close what no service may use.
 */
const administration: Grant[] = [
  { type: 'CLUSTER', name: 'kafka-cluster', operations: ['ALTER', 'CREATE', 'DESCRIBE'] },
  { type: 'TOPIC', name: '*', operations: ['ALTER', 'CREATE', 'DESCRIBE', 'DESCRIBE_CONFIGS'] },
  { type: 'GROUP', name: '*', operations: ['DESCRIBE'] },
];

function grantsOf(entry: ServiceEntry): Grant[] {
  const { reads, writes } = accessOf(entry);
  const grants: Grant[] = [
    ...writes.map((name): Grant => ({ type: 'TOPIC', name, operations: ['WRITE'] })),
    ...reads.map((name): Grant => ({ type: 'TOPIC', name, operations: ['READ'] })),
  ];
  if (isConsumer(entry)) grants.push({ type: 'GROUP', name: entry.name, operations: ['READ'] });
  // Each replica has a group of its own there: the name of the app and a random id.
  if (entry.topics.fansOut !== undefined)
    grants.push({ type: 'GROUP', name: `${entry.name}-`, isPrefix: true, operations: ['READ'] });
  return grants;
}

function aclsOf(principal: string, grants: Grant[]): Acl[] {
  return grants.flatMap(({ type, name, isPrefix = false, operations }) =>
    operations.map((operation) => ({
      resourceType: ResourceTypes[type],
      resourceName: name,
      resourcePatternType: isPrefix ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
      principal: `User:${principal}`,
      host: '*',
      operation: AclOperations[operation],
      permissionType: AclPermissionTypes.ALLOW,
    })),
  );
}
