// The words by which fields and forms are recognised. words.world.ts has the same for more of the world's languages; which
// of the two is built in is the only difference between stacklead.js and stacklead.world.js.

// Hard stop, whatever else a field says: passwords, whose text is none of ours anywhere, and cards, whose names and towns
// may well be the visitor's own in other fields.
export const NEVER = /\bpin|[^y]code|contras|wo+r[dt]\b|passw|secret|senha|passe?\b|parola|pwd/;

export const CARD = /cc-|card[^p.i]/;

// Somebody else's.
export const STRANGER = /\brefer|recipi|collea|\|cc\||friend/;

// An address is asked for.
export const ASKED = /correo|mail/;

// Of no interest to us; an address here is no visitor's, unless the field says that it wants one.
export const ASIDE =
  /\|to\||indus|display|size|nick|crun|title|role|(product|device|user|domain|event).?na|login|insur|search/;

// First match wins, so the narrow ones stand above the wide ones. City, state and country become the one documented
// location; "n" is a name of whatever kind is missing.
export const TABLE: Record<string, RegExp> = {
  linkedin: /linked/,
  twitter: /twitter/,
  name: /full.?n[^[]*$|r\[name|first.+last|(et|[iy&,d]) (nom|naz|pr.nom|nac|vor|ape)/,
  first_name: /\bf.?name|first|given|pr.nom|mei\b|vo+rn|\bimi/,
  last_name: /\bl.?name|ach(ter)?na|apell|surname|\|(cogn|sobr)|sei\b|mily.?n|nazwi|last/,
  city: /\bort\b|town|ville\b|level2|stad|plaats|[^ioa]ci(t[^i]|u?dad)|miast/,
  country: /country/,
  state: /state\b|level1|region|provin/,
  "": ASIDE,
  company_website: /web.?[as]|(ny.?|\|)url/,
  company: /\bfirm|drij|business|company|organi.a|employer|untern|soci.t|empresa|azien|instit/,
  location: /location/,
  n: /\b(nom|naam)|name(..?req| on|[^a-z]*\|)|anspr|t.pers/,
};

// In a log-in form these lead to a new password, or a new account.
export const LINKS = "[href*=passw i]";

// A log-in form has more of these than of those.
export const LOGIN = /f=\S*passw|sign.?[io]n|log.?[io]n|logg|current-p/i;
export const NEW = /guest|[^n]regist|creat|sign.?up|new-p/i;
