import { NIL } from 'uuid';

/** Before every id, in the order of PostgreSQL: the place from which a walk by ids begins (RFC 9562 section 5.9). */
export const lowestUuid: string = NIL;
