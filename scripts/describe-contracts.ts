import { stringify } from 'yaml';
import { describeProduct } from './describe-product.ts';
import { describeServices } from './describe-services.ts';

/** A file below `specs/002-microservices-dapr-kafka/contracts/`, as the code has it. */
export type Contract = { name: string; text: string };

/** All contracts: one OpenAPI document for each service, and one for the whole product. */
export async function describeContracts(): Promise<Contract[]> {
  const services = await describeServices();
  const product = describeProduct(services);
  return [
    ...services.map(({ name, text }) => ({ name, text })),
    {
      name: 'rondo-api.yaml',
      text: stringify(product, { aliasDuplicateObjects: false, compat: 'yaml-1.1' }),
    },
  ];
}
