/** The ids in the examples of the documentation, so that the examples of different operations fit together. */
export const exampleIds = {
  person: '3f2a9c1e-6d4b-5e8f-a1c2-7b9d0e4f6a83',
  workspace: '3f2a9c1e-6d4b-5e8f-a1c2-7b9d0e4f6a83',
  task: '01a2dffb-0620-7c4a-9f2d-3e8b6a1c0d42',
  event: '01a2dffb-062c-71d3-8b6e-52f0c7a94e18',
  command: '01a2dffb-061e-7f25-a4d0-c6b93e718a50',
  turn: '01a2dffa-e120-7d66-8c39-1b7f04e2d9a6',
  notification: '01a36fcc-f4c0-7e58-a7c1-90d4b2f63a7e',
  channel: '01a2dfff-9a00-7b07-95fa-c81e3d60b92f',
  delivery: '01a36fcc-f4e8-726c-bd84-1f7a9e05c3d6',
  request: '01a36fe8-6c00-7a91-8e3d-7b52f4c06d1a',
} as const;
