const introducing = /^(?:on|by|next|this|every|each|ev|until|till|from|starting|last|due|before|after)$/;
const addressing =
  /^(?:call|ask|tell|e?mail|text|meet|ping|see|visit|pay|thank|invite|help|remind|to|with|for|from|and|of)$/;

/** Whether the day after this word is a date: "on Friday". */
export function introducesDay(word: string): boolean {
  return introducing.test(word);
}

/** Whether the name after this word is a person: "call Tom", "lunch with John". */
export function addressesPerson(word: string): boolean {
  return addressing.test(word);
}
