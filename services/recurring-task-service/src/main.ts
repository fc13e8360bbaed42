import { runService } from '@rondo/shared/service';
import { recurringTaskService } from './service.ts';

await runService(recurringTaskService);
