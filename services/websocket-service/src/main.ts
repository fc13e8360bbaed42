import { runService } from '@rondo/shared/service';
import { websocketService } from './service.ts';

await runService(websocketService);
