"""Where companies receive their mail, as MX and TXT records show it."""

GOOGLE_MX = ["1 aspmx.l.google.com", "5 alt1.aspmx.l.google.com", "10 alt3.aspmx.l.google.com"]
OUTLOOK_MX = ["0 harbourlight-example.mail.protection.outlook.com"]
ZOHO_MX = ["10 mx.zoho.eu", "20 mx2.zoho.eu"]
FASTMAIL_MX = ["10 in1-smtp.messagingengine.com", "20 in2-smtp.messagingengine.com"]
GOOGLE_SITE = "google-site-verification=qHxB0rT4mS7cK2wYfLp9eVn3dJ6uZa1oGi8"
