// The words of words.ts, and those of more languages: German, French, Spanish, Italian, Portuguese, Dutch, Swedish,
// Norwegian, Danish, Finnish, Polish, Czech, Slovak, Hungarian, Romanian, Croatian, Serbian, Slovene, Greek, Turkish, Russian,
// Ukrainian, Bulgarian, Arabic, Hebrew, Persian, Hindi, Thai, Vietnamese, Indonesian, Japanese, Chinese and Korean.
// A \b says nothing beside a letter that is not one of a to z.

export const NEVER =
  /[^ey]code|otp|\bpin|\bexp|secret|pass.?[wc]|\bssn|\bcv[cv]|\btax|pwd|kennw|contrase|passe?\b|senha|has[lł]o|wachtw|l.senord|salasana|adgangsk|.ifre|парол|パスワ|暗証|密码|密碼|비밀|المرور|steuer|fiscal|\bcpf\b|parol[aă]|passord|\bdni\b|\bnif\b|инн\b|паспорт|heslo|jelsz|lozink|zapork|geslo|κωδικ|סיסמ|رمز|گذرواژه|mật kh|\bsandi\b|รหัส|पासवर्ड/;

export const CARD = /cc-|card[^.ip]|kreditk|tarjeta|carte banc|cart[aã]o|kredi[tč]|кредит/;

export const STRANGER =
  /\|cc\||colleag|friend|recip|\brefer|freund|amig[oa]|\bami\b|empf.nger|друг|друз|přítel|priate[lľ]|barát|prieten|prijatel|φίλ|دوست|bạn bè|\bteman|เพื่อน|友達|友人/;

export const ASKED =
  /mail|correo|posta\b|courriel|lectronique|почт|пошт|имейл|ηλεκτρονικ|אימייל|דוא|ایمیل|الکترونیک|ईमेल|อีเมล|thư điện|メール|邮箱|電郵|이메일|البريد/;

export const TABLE: Record<string, RegExp> = {
  linkedin: /linked/,
  twitter: /twitter/,
  name: /full.?n[^[]*$|first.+last|r\[name|(et|nd|[y,i&]) (vor|nac|naz|ape|nom|pr.nom)|nachname, vorn|nom et pr|pr.nom et nom|nombre y ap|nombre compl|nome e (cog|sobr)|nome compl|voor.{1,4}en achter|volledige|\bad[^|]{0,6}soyad|fullt? na[mv]n|фамилия,? (и )?имя|ф\.? ?и\.? ?о|姓名|氏名|お名前|성명|성함|الاسم الكامل|celé jm|jméno a p|meno a p|teljes n|név és|nume.{0,2} (.i|complet)|prenume .i|ime (i|in) pr|(им[яе]|ім.я) (и|та) (фам|пр)|пр.{5,7} та ім|\|\s*п\.? ?і\.? ?б|ονοματεπ|שם מלא|نام و نام|पूरा नाम|ชื่อ.{1,5}(นาม)?สกุล|họ.{1,4}tên|nama (lengkap|penuh)/,
  first_name:
    /pr.nom|vo+rn|mei\b|first|given|\bf.?name|nombre de pila|primer nombre|f.rnamn|fornavn|etunimi|imi[eę][^\w]|křest|keresztn|utón|שם פרטי|पहला नाम|nama depan|prenume|名\)|（名）|\|名\||الأول/,
  last_name:
    /apellid|last|nachname|sei\b|surname|mily.?n|\bl.?name|familienn|nom de fam|cognome|sobrenome|apelido|achtern|efternamn|etternavn|efternavn|sukunimi|nazwisk|soyad|фамил|příjmen|priezv|vezetékn|nume de fam|prezime|priimek|прізв|презим|επ[ώω]νυμο|שם משפחה|نام خانواد|उपनाम|นามสกุล|\|\s*họ\W*\||nama (belakang|keluarga)|（姓）|\|姓\||姓氏|العائلة/,
  city: /town|level2|[^aio]cit[^i]|stadt|\bort\b|wohnort|ville\b|ciudad|localidad|citt[aà]|cidade|localidade|munic[ií]p|poblaci|plaats|postort|poststed|\|by\W*\||\bstad\b|kaupunki|paikkak|miast|miejscow|mj?[eě]sto\b|\bobec\b|város|települ|\bora[sșş]|\|\s*grad\W*\||місто|\|\W*град|πόλη|עיר|شهر|शहर|เมือง|thành phố|\bkota\b|.ehir|город|市区|都市|城市|도시|المدينة/,
  country:
    /\bland\b|countr|pa[ií]s\b|pays( de|\W*\|)|paese|nazione|kraj(ina)?\b|země|ország|[ ,|][tțţ]ar[aă]\W|dr.ava|държава|країн|χώρα|מדינה|ארץ|کشور|देश|ประเทศ|quốc gia|negara(?! b)|\bmaa\b|.lke\b|стран|国|國|국가|الدولة/,
  state:
    /level1|state[^m]|county|provin|regi.n|bundesland|kanton|provinc|estado|stato\b|область|jude[tțţ]|استان|จังหวัด|tỉnh\b|都道府県|省份/,
  location: /location(?! name)|standort|ubicac|localiza|所在地|местополож/,
  "": /job|\|to\||insur|indus|crunc|login|title|size|role|\bpet\b|coupon|\bfile|(user|product|domain|device|event).?na|search|t-one|event|nick|display|beruf|titel|funktion|benutzern|such|gutschein|utilisat|\bposte\b|profession|fonction|usuari|cargo|puesto|utente|ruolo|gebruikers|functie|u.ytkown|kullan|пользоват|должност|ユーザ|役職|部署|フリガナ|カナ|用户|职位|사용자|직책|المستخدم|uživatel|použ[ií]vate|felhaszn|utilizator|korisni|uporabn|користув|потребит|χρήστη|משתמש|کاربر|उपयोगकर्ता|ผู้ใช้|người dùng|đăng nhập|pengguna|pozic[ei]|beoszt|funcți|посад|длъжност|θέση|תפקיד|ตำแหน่ง|chức (vụ|danh)|jabatan|ふりがな|straße|strasse|\brue\b|adres/,
  company_website:
    /(ny.?|\|)url|web.?[as]|homepage|internetseite|site web|\bsitio|\bsito\b|webov|weboldal|honlap|сайт|ιστοσελ|אתר|وب.?سایت|वेबसाइट|เว็บไซต์|trang web|situs|ホームページ|网站|웹사이트|الموقع/,
  company:
    /company|\bfirm|instit|фирм|bedrift|selskap|liation|agenc|organi.a|business|empresa|employer|unternehm|betrieb|firmen|entrepr|soci.t|azienda|ragione|ra.{3,6}soci|bedrijf|organisati|f.retag|bolag|virksomh|yritys|.irket|společn|spolo.nos|\bcég|companie|tvrtk|podjetj|εταιρ|επωνυμία|חברה|شرکت|कंपनी|บริษัท|công ty|perusahaan|підпри|компан|организац|会社|社名|組織|勤務先|企業|单位|單位|소속|기업|公司|회사|الشركة/,
  n: /anspr|t.?pers|author\b|name( on|..?req|[^a-z]*\|)|nom(bre|e)?s?\b|\bnaam\b|\bna[mv]n\b|nimi\b|\bnazwa\b|\bi.?sim\b|\bad([ıi]|\b)|имя|име[^юе]|ім.я|jméno|\bmeno\b|név\b|\bnume\b|\bime\b|[όο]νομα|שם|نام|नाम|ชื่อ|tên|\bnama\b|名前|名字|称呼|稱呼|担当者|담당자|이름|الاسم/,
};

export const LINKS = "[href*=passw i],[href*=neu i]";

export const LOGIN =
  /current-p|f=\S*(passw|neu(\b|e?s?.?(kund|kont)))|log.?[io]n|sign.?[io]n|einlogg|connexion|se connecter|iniciar|entrar|acced|accesso|inloggen|logga in|logg inn|zalog|giri.|войти|вход|ログイン|登录|登錄|로그인|تسجيل الدخول|přihlá(šení|sit se)<|prihlás(enie|iť sa)<|bejelentk|belép|autentific|conectare|увій|вхід|σύνδεση|התחבר|כניסה|ورود|लॉग|เข้าสู่|đăng nhập|\bmasuk\b|[^"]reset|forgot|vergessen|r.initiali|restable|recuper|dimentic|esquec|забыли|восстан/i;

export const NEW =
  /new-p|sign.?up|[^n]regist|guest|creat|cr[ée]er|inscri|crear|criar|cadastr|iscri|aanmaken|zarejestr|kay[ıi]t|регистр|создать|新規|注册|가입|إنشاء|vytvo|regiszt|nregistr|реєстр|створ|εγγραφ|הרשמ|הירשם|ثبت|साइन अप|สมัคร|ลงทะเบียน|đăng ký|daftar/i;
