import type { FileHandle } from 'node:fs/promises';
import { statfs } from 'node:fs/promises';
import { tryLock } from 'fs-native-extensions';

/** `unknown`: this file system, or this kernel, has no lock to give. */
export type KernelLock = 'acquired' | 'held' | 'unknown';

/**
 * Locks an open file (fcntl(2), "open file description locks"; flock(2) on macOS). The kernel keeps the lock until this process and all
 * that inherited the file have closed it or ended, and knows no PID namespaces: a container sees the lock of another one.
 * @param shared for a look that several processes may take at the same time
 */
export function lockFile(file: FileHandle, { shared = false } = {}): KernelLock {
  try {
    return tryLock(file.fd, { shared }) ? 'acquired' : 'held';
  } catch {
    return 'unknown';
  }
}

/** The `f_type` of file systems that only one kernel can have mounted (statfs(2), linux/magic.h). */
const localTypes = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // XFS
  0x9123683e, // Btrfs
  0xca451a4e, // bcachefs
  0xf2f52010, // F2FS
  0x2fc12fc1, // ZFS
  0x01021994, // tmpfs
  0x794c7630, // overlayfs
]);

/** Whether the kernel's locks in a directory reach every process that can use it. Others may be on a network, or in a virtual machine. */
export async function isOnLocalDisk(directory: string): Promise<boolean> {
  return process.platform === 'linux' && localTypes.has((await statfs(directory)).type);
}
