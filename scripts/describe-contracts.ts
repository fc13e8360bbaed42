import { stringify } from 'yaml';
import { describeEvents } from './describe-events.ts';
import { describeProduct } from './describe-product.ts';
import { describeServices } from './describe-services.ts';

/** A file below `specs/002-microservices-dapr-kafka/contracts/`, as the code has it. */
export type Contract = { name: string; text: string };

/** All contracts: OpenAPI of each service and of the whole product, AsyncAPI of topics and socket. */
export async function describeContracts(): Promise<Contract[]> {
  const services = await describeServices();
  const product = describeProduct(services);
  return [
    ...services.map(({ name, text }) => ({ name, text })),
    { name: 'rondo-api.yaml', text: yamlOf(product) },
    { name: 'rondo-events.asyncapi.yaml', text: yamlOf(describeEvents()) },
  ];
}

function yamlOf(document: object): string {
  return stringify(document, {
    aliasDuplicateObjects: false,
    compat: 'yaml-1.1',
    blockQuote: 'literal',
    lineWidth: 0,
  });
}
