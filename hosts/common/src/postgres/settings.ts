/** PostgreSQL settings by name. They are passed on the server's command line, so a cluster needs no edited files. */
export type PostgresSettings = Record<string, string | number>;

/** A durable server for one host on a laptop: little memory, few processes, tuned for many small commits. */
export const embeddedSettings: PostgresSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 100,

  // Durable: an acknowledged commit survives a power cut.
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',

  shared_buffers: '256MB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  effective_cache_size: '512MB',
  random_page_cost: 1.1,
  jit: 'off',

  // Measured on 2 cores: as fast as `worker` for our load, without its processes.
  io_method: 'sync',
  max_logical_replication_workers: 0,
  // Backups use the replication protocol: one sender, and enough WAL for it.
  wal_level: 'replica',
  max_wal_senders: 2,
  wal_compression: 'pglz',
  wal_buffers: '8MB',
  min_wal_size: '256MB',
  max_wal_size: '1GB',
  checkpoint_timeout: '15min',

  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  log_line_prefix: '',
  // Error details (rows, statements) contain personal data: they stay out of the logs.
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
};

/** Settings for a fast, throw-away server. It loses everything in a power cut: use it only in tests. */
export const throwAwaySettings: PostgresSettings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: 300,
};
