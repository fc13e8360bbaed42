/** `npm run contracts`: writes the OpenAPI and AsyncAPI files as the code has them. */
import { writeFileSync } from 'node:fs';
import { describeContracts } from './describe-contracts.ts';

for (const { name, text } of await describeContracts()) {
  writeFileSync(`specs/002-microservices-dapr-kafka/contracts/${name}`, text);
  console.log(`wrote ${name}`);
}
