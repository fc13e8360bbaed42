import type { Delivery } from '@rondo/shared/contracts/notification';
import type { DeliveryRow } from '../../store/tables.ts';

/** A delivery as it is shown. */
export function toDelivery({
  workspace_id: _of,
  first_attempt_at: _first,
  ...delivery
}: DeliveryRow): Delivery {
  return delivery;
}
