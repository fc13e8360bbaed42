import { runService } from '@rondo/shared/service';
import { notificationService } from './service.ts';

await runService(notificationService);
