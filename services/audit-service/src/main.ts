import { runService } from '@rondo/shared/service';
import { auditService } from './service.ts';

await runService(auditService);
