import { runService } from '@rondo/shared/runtime/service';
import { auditService } from './service.ts';

await runService(auditService);
