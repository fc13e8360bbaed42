import { positionOf, TooManySteps } from './rule-error.ts';

/**
 * How many steps one computation may take. A rule that a person means takes a few hundred; this many take some tens of
 * milliseconds.
 */
export const maxStepsOfComputation = 100_000;

/**
 * Counts the steps of one computation. A step is a look at one period, one day or one time, so that the time that a
 * computation takes has a limit whatever the rule is.
 */
export type StepBudget = {
  /** @throws TooManySteps if more steps are spent than there are */
  spend: (steps: number) => void;
};

/** @param rule the text of the rule, which the error points into */
export function openStepBudget(rule: string, maxSteps = maxStepsOfComputation): StepBudget {
  let left = maxSteps;
  return {
    spend: (steps) => {
      left -= steps;
      if (left < 0)
        throw new TooManySteps(
          `the rule takes more than ${maxSteps} steps to compute`,
          positionOf(rule, 'COUNT'),
        );
    },
  };
}
