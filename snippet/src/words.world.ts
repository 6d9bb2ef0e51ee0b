// The words of words.ts, and those of more languages: German, French, Spanish, Italian, Portuguese, Dutch, Swedish,
// Norwegian, Danish, Finnish, Polish, Turkish, Russian, Japanese, Chinese, Korean and Arabic.

export const NEVER =
  /[^y]code|otp|\bpin|\bexp|secret|pass.?[wc]|\bssn|\bcv[cv]|\btax|pwd|kennw|contrase|passe?\b|senha|has[lł]o|wachtw|l.senord|salasana|adgangsk|.ifre|парол|パスワ|暗証|密码|密碼|비밀|المرور|steuer|fiscal|\bcpf\b|parola|\bdni\b|\bnif\b|инн\b|паспорт/;

export const CARD = /cc-|card[^.ip]|kreditk|tarjeta|carte banc|cart[aã]o/;

export const STRANGER = /\|cc\||colleag|friend|recip|\brefer|freund|amig[oa]|\bami\b|empf.nger|друг|友達|友人/;

export const ASKED = /mail|correo|posta\b|courriel|lectronique|почт|メール|邮箱|電郵|이메일|البريد/;

export const ASIDE =
  /job|\|to\||insur|login|title|size|role|pet|coupon|file|(user|product|domain|device|event).?na|search|event|nick|display|beruf|titel|funktion|benutzern|such|gutschein|utilisat|poste|profession|fonction|usuari|cargo|puesto|utente|ruolo|gebruikers|functie|u.ytkown|kullan|пользоват|должност|ユーザ|役職|部署|フリガナ|カナ|用户|职位|사용자|직책|المستخدم|straße|strasse|\brue\b|adres/;

export const TABLE: Record<string, RegExp> = {
  linkedin: /linked.?in/,
  twitter: /twitter/,
  name: /full.?n[^[]*$|first.+last|r\[name|(y|et|d|,) (vor|nac|ape|nom|pr.nom)|und nachn|nachname, vorn|nom et pr|pr.nom et nom|nombre y ap|nombre compl|nome e cog|nome compl|voor.{1,4}en achter|volledige|imi. i naz|ad.{0,3}soyad|имя и фам|фамилия и имя|ф\.? ?и\.? ?о|姓名|氏名|お名前|성명|성함|الاسم الكامل/,
  first_name:
    /pr.nom|vorname|mei\b|first|given|\bf.?name|nombre de pila|primer nombre|voorn|f.rnamn|fornavn|etunimi|imi[eę][^\w]|\bad[ıi]n[ıi]z\b|\|ad\||имя\b(?! поль)|\|\W*имя|名\)|（名）|\|名\||الأول/,
  last_name:
    /apellid|last|nachname|sei\b|surname|family|\bl.?name|familienn|nom de fam|cognome|sobrenome|apelido|achtern|efternamn|etternavn|efternavn|sukunimi|nazwisk|soyad|фамил|（姓）|\|姓\||姓氏|العائلة/,
  city: /town|level2|[^aio]cit[^i]|stadt|\bort\b|wohnort|ville\b|ciudad|localidad|citt[aà]|cidade|localidade|woonplaats|plaats|\bort\b|miast|miejscow|.ehir|город|市区|都市|城市|도시|المدينة/,
  state: /level1|state\b|provin|bundesland|kanton|provinc|estado|stato\b|область|都道府県|省份/,
  country: /\bland\b|country|pa[yí]s\b|paese|nazione|kraj\b|.lke\b|стран|国|國|국가|الدولة/,
  "": ASIDE,
  company_website:
    /(ny.?|\|)url|web.?[as]|homepage|internetseite|site web|sitio|sito|сайт|ホームページ|网站|웹사이트|الموقع/,
  company:
    /company|\bfirm|liation|organi.a|business|empresa|employer|unternehm|betrieb|firmen|entrepr|soci.t|azienda|ragione|bedrijf|organisati|f.retag|virksomh|yritys|.irket|компан|организац|会社|企業|公司|회사|الشركة/,
  location: /location|standort|ubicac|localiza|所在地|местополож/,
  n: /anspr|name( on|..?req|[^a-z]*\|)|nom(bre|e)?s?\b|\bnaam\b|\bna[mv]n\b|nimi\b|\bnazwa\b|\bisim\b|\bad\b|имя|名前|이름|الاسم/,
};

export const LOGIN =
  /current-p|f=\S*passw|log.?[io]n|sign.?[io]n|einlogg|connexion|se connecter|iniciar|entrar|acced|accesso|inloggen|logga in|logg inn|zalog|giri.|войти|вход|ログイン|登录|登錄|로그인|تسجيل الدخول/i;

export const NEW =
  /new-p|sign.?up|[^n]regist|guest|creat|cr[ée]er|inscri|crear|criar|cadastr|iscri|aanmaken|zarejestr|kay[ıi]t|регистр|создать|新規|注册|가입|إنشاء/i;
