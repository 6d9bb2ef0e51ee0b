// The words by which fields and forms are recognised. words.world.ts has the same for more of the world's languages; which
// of the two is built in is the only difference between stacklead.js and stacklead.world.js.

// Hard stop, whatever else a field says: passwords, whose text is none of ours anywhere, and cards, whose names and towns
// may well be the visitor's own in other fields.
export const NEVER = /[^y]code|pwd|contras|passe?\b|parola|senha|passw|secret|wo+r[td]\b|\bpin/;

export const CARD = /cc-|card[^.ip]/;

// Somebody else's.
export const STRANGER = /friend|colleag|\brefer|recipi/;

// An address is asked for.
export const ASKED = /mail|correo/;

// Of no interest to us; an address here is no visitor's, unless the field says that it wants one.
export const ASIDE = /title|login|display|nick|size|user.?na|search/;

// First match wins, so the narrow ones stand above the wide ones. City, state and country become the one documented
// location; "n" is a name of whatever kind is missing.
export const TABLE: Record<string, RegExp> = {
  linkedin: /linked.?in/,
  twitter: /twitter/,
  name: /first.+last|full.?n[^[]*$|r\[name|(y|et|d) (nac|ape|nom|pr.nom)/,
  first_name: /\bf.?name|mei\b|given|first|pr.nom|vo+rn/,
  last_name: /last|family|\|cogn|surname|apellid|\bl.?name|ach(ter)?na|sei\b/,
  city: /town|ville\b|stadt|level2|\bort\b|ciudad|[^aio]cit[^i]/,
  state: /state\b|provin|level1/,
  country: /country/,
  "": ASIDE,
  company_website: /web.?[as]|(y.?|\|)url/,
  company: /\bfirm|untern|employer|empresa|organi.a|soci.t|company|instit|business/,
  location: /location/,
  n: /name[^a-z]*\||nom(br)?e?s?\b/,
};

// A log-in form has more of these than of those.
export const LOGIN = /f=\S*passw|current-p|log.?[io]n|sign.?[io]n/i;
export const NEW = /new-p|[^n]regist|creat|guest|sign.?up/i;
