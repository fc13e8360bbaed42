import { runService } from '@rondo/shared/runtime/service';
import { websocketService } from './service.ts';

await runService(websocketService);
