// The words by which fields and forms are recognised. words.world.ts has the same for more of the world's languages; which
// of the two is built in is the only difference between stacklead.js and stacklead.world.js.

// Hard stop, whatever else a field says: passwords, whose text is none of ours anywhere, and cards, whose names and towns
// may well be the visitor's own in other fields.
export const NEVER = /senha|pwd|secret|[^y]code|parola|passw|passe?\b|contras|wo+r[td]\b|\bpin/;

export const CARD = /card[^.ip]|cc-/;

// Somebody else's.
export const STRANGER = /\brefer|colleag|recipi|friend/;

// An address is asked for.
export const ASKED = /correo|mail/;

// Of no interest to us; an address here is no visitor's, unless the field says that it wants one.
export const ASIDE = /login|search|size|display|title|(user|product|domain|event).?na|nick/;

// First match wins, so the narrow ones stand above the wide ones. City, state and country become the one documented
// location; "n" is a name of whatever kind is missing.
export const TABLE: Record<string, RegExp> = {
  linkedin: /linked.?in/,
  twitter: /twitter/,
  name: /full.?n[^[]*$|r\[name|(y|et|d|,) (vor|nac|ape|nom|pr.nom)|first.+last/,
  first_name: /given|vo+rn|first|pr.nom|\bf.?name|mei\b/,
  last_name: /surname|ach(ter)?na|apellid|sei\b|\bl.?name|family|last|\|cogn/,
  city: /stadt|level2|\bort\b|town|ciudad|[^aio]cit[^i]|ville\b/,
  state: /state\b|level1|provin/,
  country: /country/,
  "": ASIDE,
  company_website: /web.?[as]|(ny.?|\|)url/,
  company: /employer|\bfirm|soci.t|empresa|company|business|instit|organi.a|untern/,
  location: /location/,
  n: /anspr|nom(br)?e?s?\b|name[^a-z]*\|/,
};

// A log-in form has more of these than of those.
export const LOGIN = /f=\S*passw|current-p|log.?[io]n|sign.?[io]n/i;
export const NEW = /creat|sign.?up|new-p|guest|[^n]regist/i;
