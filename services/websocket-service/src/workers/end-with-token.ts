import { closeCodes } from '@rondo/sync-client/protocol';
import { inSlices } from '@rondo/shared/workers/slices';
import type { Worker } from '@rondo/shared/workers/worker';
import type { SyncContext } from '../context.ts';

const lookEveryMs = 1_000;

/**
 * Closes sockets whose tokens have expired. It compares with the clock each second, because a timer would be wrong after the
 * clock was set, and after the machine slept.
 */
export function createTokenExpiry({ sockets, clock }: Pick<SyncContext, 'sockets' | 'clock'>): Worker {
  let timer: NodeJS.Timeout | undefined;

  function look(): void {
    const now = clock.now().getTime();
    void inSlices(sockets.all(), (open) => {
      if (open.token_expires_at <= now) sockets.close(open, closeCodes.unauthorized, 'the token has expired');
    });
  }

  return {
    start() {
      timer = setInterval(look, lookEveryMs);
    },
    async stop() {
      clearInterval(timer);
    },
  };
}
