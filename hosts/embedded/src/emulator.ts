import { startEmulator, type Emulator, type EmulatorOptions } from '@rondo/dapr-emulator/emulator';
import { EmulatorError } from '@rondo/dapr-emulator/emulator-error';
import { StartError } from '@rondo/host-common/start-error';

const advice = {
  'database-in-use': 'Stop the other Rondo, or give this one a DATABASE_URL of its own.',
  'port-in-use': 'Stop what listens there, or move Rondo with RONDO_PORT.',
};

/** Starts the emulator. @throws StartError, with advice, instead of EmulatorError */
export async function startRondoEmulator(options: EmulatorOptions): Promise<Emulator> {
  try {
    return await startEmulator(options);
  } catch (error) {
    if (!(error instanceof EmulatorError)) throw error;
    throw new StartError(`${error.message} ${advice[error.code]}`, { cause: error });
  }
}
