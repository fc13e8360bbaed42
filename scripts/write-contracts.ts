/** `npm run contracts`: writes the OpenAPI files of the services as their code has it. */
import { writeFileSync } from 'node:fs';
import { describeServices } from './describe-services.ts';

for (const { name, text } of await describeServices()) {
  writeFileSync(`specs/002-microservices-dapr-kafka/contracts/${name}`, text);
  console.log(`wrote ${name}`);
}
