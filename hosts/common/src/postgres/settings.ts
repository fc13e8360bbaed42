/** PostgreSQL settings by name, given on the server's command line, so that a cluster needs no edited files. */
export type PostgresSettings = Record<string, string | number>;

/** A durable server for one host on a laptop: little memory, few processes, made for many small commits. */
export const embeddedSettings: PostgresSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 100,

  // Durable: a commit that was answered survives a power cut.
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
  // A backup is taken from the running server, as a replica would be made: one sender, and WAL that is enough for it.
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
  // What an error says beside its first line (rows, statements) is personal data: it stays out of the logs.
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
};

/** Adds what makes a throw-away server fast. It loses everything in a power cut, so it is for tests alone. */
export const throwAwaySettings: PostgresSettings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: 300,
};
