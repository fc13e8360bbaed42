import type { Issue } from './issue.ts';

/** What says nothing beside the issues of the parts. */
const vague = new Set(['anyOf', 'oneOf', 'boolean']);

/**
 * Leaves out what is of no use to a reader: that a union as a whole does not fit, and what branches say that were not meant.
 * Where one branch has the discriminating constant of the value, the others were not meant. Else those were not whose type,
 * length or fields differ from the value's, while another branch has the same.
 */
export function withoutMisfits(issues: Issue[]): Issue[] {
  const unions = issues
    .filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf')
    .toSorted((left, right) => right.schemaPath.length - left.schemaPath.length);
  let kept = issues;
  for (const union of unions) {
    kept = withoutBranches(union, kept, isOtherConstant);
    for (const isMisfit of [isOtherType, isTooLong, isOtherShape])
      kept = withoutBranches(union, kept, isMisfit);
  }
  const clear = kept.filter(({ keyword }) => !vague.has(keyword));
  return clear.length > 0 ? clear : kept;
}

type MisfitRule = (issue: Issue, unionPath: string) => boolean;

/** Leaves out the branches with a misfit. If all have another constant, the constants are all that is said. */
function withoutBranches(union: Issue, issues: Issue[], isMisfit: MisfitRule): Issue[] {
  const prefix = `${union.schemaPath}/${union.keyword}/`;
  const branchOf = ({ schemaPath }: Issue) =>
    schemaPath.startsWith(prefix) ? schemaPath.slice(prefix.length).split('/')[0] : undefined;
  const branches = new Set(issues.flatMap((issue) => branchOf(issue) ?? []));
  const misfits = new Set(
    issues.filter((issue) => isMisfit(issue, union.instancePath)).flatMap((issue) => branchOf(issue) ?? []),
  );
  if (misfits.size === branches.size)
    return isMisfit === isOtherConstant
      ? issues.filter((issue) => branchOf(issue) === undefined || isMisfit(issue, union.instancePath))
      : issues;
  return issues.filter((issue) => !misfits.has(branchOf(issue) ?? ''));
}

function isOtherType({ keyword, instancePath }: Issue, unionPath: string): boolean {
  return keyword === 'type' && instancePath === unionPath;
}

function isTooLong({ keyword, instancePath }: Issue, unionPath: string): boolean {
  return keyword === 'maxLength' && instancePath === unionPath;
}

function isOtherShape({ keyword, instancePath }: Issue, unionPath: string): boolean {
  const isShape = keyword === 'additionalProperties' || keyword === 'required';
  return isShape && instancePath === unionPath;
}

function isOtherConstant({ keyword, instancePath }: Issue, unionPath: string): boolean {
  const below = instancePath.startsWith(`${unionPath}/`) ? instancePath.slice(unionPath.length + 1) : '/';
  return keyword === 'const' && !below.includes('/');
}
