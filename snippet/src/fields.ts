// Which documented parameter is this field, if any? Pure: strings in, a parameter's name out.

import { ASKED, CARD, NEVER, STRANGER, TABLE } from "./words";

/** What a visitor has entered, by parameter. */
export type Found = Record<string, string>;

/** An address in a field that does not ask for one: no parameter yet. */
export const MAIL = "0";

// Numbers are no value of any of ours: telephone numbers, dates, codes; a URL may have some. Nor are they one of whatever
// the owner has named, unless that is a phone or there are words beside them: too many secrets are numbers.
const NUMBER = /^([^/\d]*\d){6}[^/]*$|^[ -@]*$|\w@/;

/** True if the whole text is one address. Syntax only: any domain with a dot and letters after it is fine. */
export const isEmail = (text: string): boolean =>
  /^[^\s!-%,(-*/:-@]+@[^\s!-%,(-*/:-@]+\.\D[^\s!-%,(-*/:-@]+$/.test(text);

/** Find the parameter whose words are the first to be in what a field says. */
const paramSaid = (said: string): string | undefined => {
  for (const param in TABLE) if ((TABLE[param] as RegExp).test(said)) return param;
};

/**
 * Name the parameter that a field holds: the owner's own word, a documented parameter, or one of city, state and
 * country (see `documented`); "" if it is none or a secret. `words` is all that the field says of itself, a | between.
 */
export const recognise = (explicit: string | null, words: string, value: string): string | undefined => {
  const said = `|${words}|`.toLowerCase().replace(/_/g, " ");
  const isMail = isEmail(value);
  // An address is no secret, whatever stands around it ("get your discount code by email"), except where the browser is told
  // that the field is for the password.
  const isWanted = /@/.test(value) && ASKED.test(said) && !/current-p/.test(said);
  if (!isWanted && NEVER.test(said)) return;
  if (CARD.test(said) && !isWanted) return "";
  if (explicit)
    return (explicit === "email" ? !isMail : NUMBER.test(value) && !/ [a-z]{2}|pho/.test(explicit + value))
      ? ""
      : explicit;
  if (STRANGER.test(said)) return "";
  return isMail
    ? isWanted
      ? "email"
      : (TABLE[""] as RegExp).test(said)
        ? ""
        : MAIL
    : (!NUMBER.test(value) && paramSaid(said)) || "";
};

/**
 * Turn city, state and country into the one documented `location` unless there is one, the best address into the `email`,
 * and "Name" beside "Vorname", "Nombre" beside "Apellidos" into what is missing. What is not known is undefined.
 */
export function documented({ [MAIL]: email, state, "": _, country, city, n, ...person }: Found): Partial<Found> {
  let location: string | undefined;
  // biome-ignore lint/style/useTemplate: it is smaller than one
  for (const part of [city, state, country]) if (part) location = location ? location + ", " + part : part;
  return {
    email,
    location,
    [person.first_name ? "last_name" : person.last_name ? "first_name" : "name"]: n,
    ...person,
  };
}
