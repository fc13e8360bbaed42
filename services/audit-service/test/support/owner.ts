import type { Pool } from 'pg';
import { genesis, hashOf } from '../../src/domain/chain.ts';
import type { RecordRow } from '../../src/store/tables.ts';

type Rewriting = {
  /** The version of the hashes. The default is that of each record. */
  version?: number;
  change?: (event: string) => string;
};

const tables = ['audit_records', 'checkpoints'].map((name) => `audit_service.${name}`);

/** The owner of the database, who can do anything there and does not have the keys. */
export function openOwner(pool: Pool) {
  /** Runs statements without the triggers that refuse changes. */
  async function tamper(...statements: string[]): Promise<void> {
    for (const table of tables) await pool.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
    try {
      for (const statement of statements) await pool.query(statement);
    } finally {
      for (const table of tables) await pool.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
    }
  }

  /** Changes the events of a chain, and computes all of its hashes again, so that it is consistent in itself. */
  async function rewrite(
    workspaceId: string,
    { version, change = (event) => event }: Rewriting,
  ): Promise<void> {
    const { rows } = await pool.query<RecordRow>(
      'SELECT * FROM audit_service.audit_records WHERE workspace_id = $1 ORDER BY position',
      [workspaceId],
    );
    let previous = genesis;
    const statements = rows.map((row) => {
      const record = { ...row, event: change(row.event), hash_version: version ?? row.hash_version };
      const hash = hashOf(previous, record);
      const values = `event = convert_from(decode('${Buffer.from(record.event).toString('hex')}', 'hex'), 'UTF8'),
        hash_version = ${record.hash_version}, previous_hash = decode('${previous.toString('hex')}', 'hex'),
        hash = decode('${hash.toString('hex')}', 'hex')`;
      previous = hash;
      return `UPDATE audit_service.audit_records SET ${values}
        WHERE workspace_id = '${workspaceId}' AND position = ${row.position}`;
    });
    await tamper(
      ...statements,
      `UPDATE audit_service.chains SET hash = decode('${previous.toString('hex')}', 'hex')
       WHERE workspace_id = '${workspaceId}'`,
    );
  }

  return { tamper, rewrite };
}
