import { runService } from '@rondo/shared/runtime/service';
import { recurringTaskService } from './service.ts';

await runService(recurringTaskService);
