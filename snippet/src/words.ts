// The words by which fields and forms are recognised. words.world.ts has the same for more of the world's languages; which
// of the two is built in is the only difference between stacklead.js and stacklead.world.js.

// Hard stop, whatever else a field says: passwords, whose text is none of ours anywhere, and cards, whose names and towns
// may well be the visitor's own in other fields.
export const NEVER = /\bpin|[^ye]code|pwd|wo+r[td]\b|passw|senha|secret|contras|passe?\b|parola/;

export const CARD = /cc-|card[^i.p]/;

// Somebody else's.
export const STRANGER = /\brefer|cc\||friend|recipi|collea/;

// An address is asked for.
export const ASKED = /mail|correo/;

// First match wins, so the narrow ones stand above the wide ones. City, state and country become the one documented
// location; "n" is a name of whatever kind is missing.
export const TABLE: Record<string, RegExp> = {
  twitter: /twitter/,
  linkedin: /linked/,
  name: /full.?n[^[]*$|r\[name|(nd|et|[,y&]) (nom|nac|pr.nom|vor|ape)|first.+last/,
  first_name: /\bf.?name|first|given|pr.nom|vo+rn/,
  last_name: /\bl.?name|ach(ter)?na|apell|\|(sobr|cogn)|surname|mily.?n|last/,
  city: /\bort\b|town|ville\b|level2|\bstad|[^ioa]ci(t[^i]|u?dad)/,
  country: /\bland\b|countr/,
  state: /provin|state[^m]|estad|county|location|level1|region/,
  // Of no interest to us; an address here is no visitor's, unless the field says that it wants one. Nobody chooses their
  // company or name from a list.
  "": /\|to\||display|size|search|indus|role|nick|title|crun|login|(ain|duct|vent|user|ice).?na|insur|t-one/,
  company_website: /web.?[as]|(\||ny.?)url/,
  company: /\bfirm|business|company|agenc|instit|untern|organi.a|azie|soci.t|\bra[gz]|empresa|employer/,
  n: /t ?pers|name(..?req| on|[^a-z]*\|)|\b(nom|naam)|anspr/,
};

// In a log-in form these lead to a new password, or a new account.
export const LINKS = "[href*=pass i]";

// A log-in form has more of these than of those.
export const LOGIN = /f=\S*pass|sign.?[io]n|log.?[io]n|logg|current-p/i;
export const NEW = /guest|[^n]regist|creat|sign.?up|new-p/i;
