import { runService } from '@rondo/shared/runtime/service';
import { todoService } from './service.ts';

await runService(todoService);
