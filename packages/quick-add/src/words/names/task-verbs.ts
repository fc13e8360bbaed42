/** Verbs that many phrases begin with, after a day as well. */
const taskVerbs = new Set(
  (
    'ask book bring bake buy call cancel check clean collect cook create do draft drop email file find finish fix fly get give ' +
    'go help install invite look mail make meet move order organise organize paint pack pay phone pick plan post prepare ' +
    'print put read renew repair reply return review run schedule see sell send set ship sign start submit take talk tell ' +
    'text thank update visit walk wash watch water work write'
  ).split(' '),
);

/** Whether a title is rarely meant by this word, although it has a capital: "Tomorrow Call Ann". */
export function isTaskVerb(word: string): boolean {
  return taskVerbs.has(word);
}
