import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { alterUserScramCredentialsV0, Connection } from '@platformatic/kafka';
import { AppError } from '@rondo/shared/errors';
import { planAccess } from './access-plan.ts';
import { connectionOptionsOf, retryUntil, type KafkaAddress } from './kafka-address.ts';
import { openAdmin } from './kafka-admin.ts';

/** The user as which a service's sidecar signs in. */
export type BrokerUser = {
  service: string;
  username: string;
  password: string;
  /** Its name in access rules. */
  principal: string;
};

export type AccessOptions = {
  users: BrokerUser[];
  /** The name of the release job's own user in access rules. */
  administrator: string;
  /** Whether the users are made here, with their passwords. A managed broker has its own way. */
  createsUsers: boolean;
  timeoutMs: number;
};

/**
 * Makes the users of the services, if asked to, and gives each one its rights. It can run again at any time; it removes no
 * right, because an earlier release may still run with it.
 * @throws AppError `broker-unavailable`, `broker-access-refused`
 */
export async function prepareAccess(
  address: KafkaAddress,
  { users, administrator, createsUsers, timeoutMs }: AccessOptions,
): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const admin = openAdmin(address);
  opened.defer(() => admin.close());
  await retryUntil(() => admin.listTopics(), address, timeoutMs);
  const services = Object.fromEntries(users.map(({ service, principal }) => [service, principal]));
  const creations = planAccess({ administrator, services });
  try {
    if (createsUsers) await createUsers(address, users);
    await admin.createAcls({ creations });
  } catch (cause) {
    throw new AppError(
      'broker-access-refused',
      `Kafka at ${address.brokers} did not let ${address.signIn.username} set users and access rules.`,
      { cause },
    );
  }
}

/** Of SCRAM (RFC 5802), and the number that stands for it in Kafka's protocol (KIP-554). */
const scramSha256 = { mechanism: 1, iterations: 4096, keyBytes: 32, digest: 'sha256' };

async function createUsers(address: KafkaAddress, users: BrokerUser[]): Promise<void> {
  const [broker = ''] = address.brokers.split(',');
  const end = broker.lastIndexOf(':');
  await using opened = new AsyncDisposableStack();
  const connection = new Connection('rondo-release-job', connectionOptionsOf(address));
  opened.defer(() => connection.close());
  await connection.connect(broker.slice(0, end), Number(broker.slice(end + 1)));
  const { mechanism, iterations, keyBytes, digest } = scramSha256;
  const upsertions = users.map(({ username: name, password }) => {
    const salt = randomBytes(keyBytes);
    const saltedPassword = pbkdf2Sync(password, salt, iterations, keyBytes, digest);
    return { name, mechanism, iterations, salt, saltedPassword };
  });
  await alterUserScramCredentialsV0.api.async(connection, [], upsertions);
}
