import assert from 'node:assert/strict';
import { test } from 'node:test';
import { localPerson, personId } from '@rondo/gateway/issuer';
import {
  deadLettersPathOf,
  type DeadLetterAccess,
  type DeadLetterPage,
} from '@rondo/shared/contracts/dead-letter';
import { serviceRegistry } from '@rondo/shared/service-registry';
import { openInstallation } from '../support/installation.ts';

const letterId = '5b2e8c40-91d7-8f3a-b6c4-e07d1a95f238';

test('an operator reads the dead letters of each service at the gateway, and who looked is recorded', async (t) => {
  const installation = await openInstallation(t);
  const operator = await installation.person(localPerson);
  const ada = await installation.person('ada');
  for (const { name, schema } of serviceRegistry.filter((entry) => entry.schema !== undefined)) {
    const path = deadLettersPathOf(name);
    await installation.query(
      `INSERT INTO ${schema}.dead_letters (id, topic, reason, cloud_event) VALUES ($1, 'strange', 'strange', '{"data":{}}')`,
      [letterId],
    );
    assert.equal((await ada.call('GET', path)).status, 403, path);
    const page = await operator.get<DeadLetterPage>(path);
    assert.deepEqual(
      page.dead_letters.map(({ id }) => id),
      [letterId],
    );
    assert.equal((await operator.call('POST', `${path}/${letterId}/redrive`)).status, 409);
    assert.equal((await ada.call('GET', `${path}/accesses`)).status, 403);
    const { accesses } = await operator.get<{ accesses: DeadLetterAccess[] }>(`${path}/accesses`);
    assert.deepEqual(
      accesses.map(({ person_id, action, dead_letter_ids }) => [person_id, action, dead_letter_ids]),
      [
        [personId(localPerson), 'redrive', [letterId]],
        [personId(localPerson), 'list', [letterId]],
      ],
    );
  }
});
