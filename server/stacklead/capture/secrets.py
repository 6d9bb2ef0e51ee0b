"""What must never be stored, whatever a page sent: passwords, cards, codes, government numbers (DESIGN.md 4)."""

import re

# Names of fields that hold secrets, on word-like boundaries so that "compass" and "spinning" pass.
_SECRET_NAME = re.compile(
    r"""
    pass(?:word|wd|phrase|code|wort|port)|contrase|kennwort|mot.?de.?passe|senha|parola|\bpass\b|\bpwd\b|passwd|pwd
    |(?:^|[^a-z])pin(?:[^a-z]|$)|card.?(?:num|no\b|number|code|holder)|cc.?(?:num|no\b|number|csc|cvc|cvv|exp)|credit.?card|debit.?card
    |(?:^|[^a-z])(?:cvc|cvv|csc|cvn|cid)\d?(?:[^a-z]|$)|security.?(?:code|answer|question)|kreditkarte|carte.?bancaire
    |(?:^|[^a-z])(?:otp|totp|mfa|2fa|tan)(?:[^a-z]|$)|one.?time|verification.?code|auth.?code|sms.?code
    |(?:^|[^a-z])(?:ssn|nin|nino|sin|itin|curp|cpf|nif|dni|nie|pesel|bsn)(?:[^a-z]|$)|social.?(?:security|insurance)|national.?(?:id|insurance)|tax.?id|passport|driver.?.?licen|aadhaar
    |(?:^|[^a-z])(?:iban|bic|swift|aba)(?:[^a-z]|$)|routing|account.?(?:num|no\b|number)|sort.?code|bank.?account
    |secret|csrf|xsrf|authenticity|api.?key|access.?token|(?:^|[^a-z])nonce(?:[^a-z]|$)|viewstate|captcha
    """,
    re.VERBOSE | re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_CARD_SHAPE = re.compile(r"(?<!\d)(?:\d[ .-]?){12,18}\d(?!\d)")
_SSN_SHAPE = re.compile(r"(?<![\d-])(?!000|666|9\d\d)\d{3}[- ](?!00)\d{2}[- ](?!0000)\d{4}(?![\d-])")
_IBAN_SHAPE = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")


def is_secret_name(name: str) -> bool:
    """Return whether a field of this name may hold a secret."""
    return _SECRET_NAME.search(_CAMEL.sub("_", name)) is not None


def is_secret_value(value: str) -> bool:
    """Return whether a value has a card number (Luhn), a social security number or an IBAN in it."""
    if not any(char.isdigit() for char in value):
        return False
    if _SSN_SHAPE.search(value) or _IBAN_SHAPE.search(value):
        return True
    return any(_is_luhn(re.sub(r"\D", "", match.group())) for match in _CARD_SHAPE.finditer(value))


def _is_luhn(digits: str) -> bool:
    """Check a card number's last digit (ISO/IEC 7812-1); all-equal digits are no card."""
    if len(set(digits)) == 1:
        return False
    total = 0
    for place, char in enumerate(reversed(digits)):
        number = int(char)
        if place % 2:
            number = number * 2 - 9 if number > 4 else number * 2
        total += number
    return total % 10 == 0
