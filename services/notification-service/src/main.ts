import { runService } from '@rondo/shared/service';
import { service } from './service.ts';

await runService(service);
