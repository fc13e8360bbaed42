/** Installs the npm and Python packages that the tests of clients call. */
import { installTools } from './support/tools.ts';

installTools();
