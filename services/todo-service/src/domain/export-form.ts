/** How an export of a workspace (JSON) begins. A later version may lack what this one has. */
export const exportForm = { format: 'rondo-export', version: 1 } as const;
