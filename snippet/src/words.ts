// The words by which fields and forms are recognised. words.world.ts has the same for more of the world's languages; which
// of the two is built in is the only difference between stacklead.js and stacklead.world.js.

// Hard stop, whatever else a field says: passwords, whose text is none of ours anywhere, and cards, whose names and towns
// may well be the visitor's own in other fields.
export const NEVER = /pwd|passw|passe?\b|\bpin|senha|parola|secret|wo+r[td]\b|[^y]code|contras/;

export const CARD = /cc-|card[^.ip]/;

// Somebody else's.
export const STRANGER = /recipi|friend|\brefer|colleag|\|cc\|/;

// An address is asked for.
export const ASKED = /correo|mail/;

// Of no interest to us; an address here is no visitor's, unless the field says that it wants one.
export const ASIDE =
  /\|to\||role|nick|display|indus|size|insur|(user|product|domain|device|event).?na|title|login|search/;

// First match wins, so the narrow ones stand above the wide ones. City, state and country become the one documented
// location; "n" is a name of whatever kind is missing.
export const TABLE: Record<string, RegExp> = {
  linkedin: /linked.?in/,
  twitter: /twitter/,
  name: /full.?n[^[]*$|r\[name|(y|et|d|,|i) (vor|nac|naz|ape|nom|pr.nom)|first.+last/,
  first_name: /first|\bimi|vo+rn|given|pr.nom|mei\b|\bf.?name/,
  last_name: /surname|nazwi|apellid|ach(ter)?na|family|\|cogn|sei\b|\bl.?name|last/,
  city: /stadt|\bort\b|[^aio]cit[^i]|ciudad|ville\b|level2|town|plaats|miast/,
  state: /state\b|level1|provin/,
  country: /country/,
  "": ASIDE,
  company_website: /(ny.?|\|)url|web.?[as]/,
  company: /soci.t|\bfirm|untern|azienda|bedrij|organi.a|business|instit|empresa|company|employer/,
  location: /location/,
  n: /name( on|[^a-z]*\||..?req)|anspr|nom(br)?e?s?\b|\bnaam/,
};

// A log-in form has more of these than of those.
export const LOGIN = /f=\S*passw|current-p|log.?[io]n|sign.?[io]n/i;
export const NEW = /guest|sign.?up|new-p|creat|[^n]regist/i;
