// The words by which fields and forms are recognised. words.world.ts has the same for more of the world's languages; which
// of the two is built in is the only difference between stacklead.js and stacklead.world.js.

// Hard stop, whatever else a field says: passwords, whose text is none of ours anywhere, and cards, whose names and towns
// may well be the visitor's own in other fields.
export const NEVER = /passw|contras|secret|passe?\b|\bpin|senha|parola|wo+r[td]\b|[^y]code|pwd/;

export const CARD = /cc-|card[^.ip]/;

// Somebody else's.
export const STRANGER = /\|cc\||colleag|recipi|\brefer|friend/;

// An address is asked for.
export const ASKED = /correo|mail/;

// Of no interest to us; an address here is no visitor's, unless the field says that it wants one.
export const ASIDE =
  /\|to\||role|nick|display|indus|size|insur|crunch|(user|product|domain|device|event).?na|title|login|search/;

// First match wins, so the narrow ones stand above the wide ones. City, state and country become the one documented
// location; "n" is a name of whatever kind is missing.
export const TABLE: Record<string, RegExp> = {
  linkedin: /linked.?in/,
  twitter: /twitter/,
  name: /full.?n[^[]*$|r\[name|(et|[y,di&]) (nom|naz|vor|pr.nom|nac|ape)|first.+last/,
  first_name: /first|\bimi|vo+rn|given|pr.nom|mei\b|\bf.?name/,
  last_name: /surname|mily.?n|ach(ter)?na|\|cogn|nazwi|apell|sei\b|\bl.?name|last/,
  city: /stad|ville\b|level2|\bort\b|[^aio]cit[^i]|plaats|town|ciudad|miast/,
  state: /state\b|level1|provin/,
  country: /country/,
  "": ASIDE,
  company_website: /web.?[as]|(\||ny.?)url/,
  company: /untern|soci.t|instit|\bfirm|employer|empresa|company|business|organi.a|azien|drij/,
  location: /location/,
  n: /name( on|[^a-z]*\||..?req)|\b(nom|naam)|anspr/,
};

// A log-in form has more of these than of those.
export const LOGIN = /sign.?[io]n|log.?[io]n|f=\S*passw|current-p/i;
export const NEW = /sign.?up|guest|creat|[^n]regist|new-p/i;
