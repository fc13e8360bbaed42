import { runService } from '@rondo/shared/service';
import { todoService } from './service.ts';

await runService(todoService);
