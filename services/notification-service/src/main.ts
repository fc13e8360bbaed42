import { runService } from '@rondo/shared/runtime/service';
import { notificationService } from './service.ts';

await runService(notificationService);
