/** The settings of every host, as `--help` lists them. README.md has the same table. */
export const settingsUsage = `Settings are environment variables:
  RONDO_PORT        port of the gateway (8000); the other ports move with it, 0 picks free ones
  RONDO_DATA_DIR    directory for data, keys and logs
  DATABASE_URL      your own PostgreSQL (16 or newer) instead of the embedded one
  RONDO_SMTP_URL, RONDO_SMTP_FROM
                    mail server and sender address for e-mails
  RONDO_ALLOW_PRIVATE_ADDRESSES
                    true allows channels to target private addresses (false)
  RONDO_REFUSED_ADDRESSES
                    ranges that channels must never target, such as 203.0.113.0/24, comma-separated
  RONDO_ALLOWED_ORIGINS
                    origins whose pages may call the API from a browser, comma-separated
  RONDO_TRUSTED_PROXIES
                    proxies in front, such as loopback, whose X-Forwarded-* headers count (none)
  RONDO_RATE_LIMIT_PER_SECOND, RONDO_RATE_LIMIT_BURST
                    requests of a person per second (100) and at once (500); 0 per second turns limits off
  LOG_LEVEL         level of the log file (info)`;
