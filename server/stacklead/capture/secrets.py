"""What must never be stored, whatever a page sent: passwords, cards, codes, government numbers (DESIGN.md 4)."""

import re

# Names of fields that hold secrets, on word-like boundaries so that "compass" and "spinning" pass.
_SECRET_NAME = re.compile(
    r"""
    pass(?:word|wd|phrase|code|wort|port)|pword|passwd|pwd|psw|^mdp$|mot.?de.?passe|contrase|kennwort|wachtwoord
    |senha|parola|парол|密码|密碼|パスワード|비밀번호
    |^pass\d*$|(?:user|new|old|my|login|account|confirm|repeat|verify|current|db|wp)[^a-z]?pass\d*$
    |(?:^|[^a-z])pin(?:$|[^a-z]?(?:\d|code|num|no\b))|(?:user|my|card|new|old)[^a-z]?pin$
    |card.?(?:num|no\b|number|code|holder)|cc.?(?:num|no\b|number|csc|cvc|cvv|exp)|credit.?card|debit.?card
    |(?:^|[^a-z])(?:cvc|cvv|csc|cvn)\d?(?:[^a-z]|$)|security.?(?:code|answer|question)|kreditkarte|carte.?bancaire
    |(?:^|[^a-z])(?:otp|totp|mfa|2fa|tan)(?:[^a-z]|$)|one.?time.?(?:code|pass|pin|token)|verification.?(?:code|token)
    |auth.?(?:code|token)|sms.?code|(?:access|refresh|session|bearer|id).?token|(?:^|[^a-z])jwt(?:[^a-z]|$)
    |sess(?:ion)?.?id
    |(?:^|[^a-z])(?:ssn|nin|nino|sin|itin|curp|cpf|nif|dni|nie|pesel|bsn)(?:[^a-z]|$)|social.?(?:security|insurance)
    |national.?(?:id|insurance)|tax.?id|passport|driver.?.?licen|aadhaar
    |(?:^|[^a-z])(?:iban|bic|swift)(?:[^a-z]|$)|routing.?(?:num|no\b|code)|account.?(?:num|no\b|number)|sort.?code
    |bank.?account
    |secret(?!ar)|csrf|xsrf|authenticity|api.?key|nonce(?:[^a-z]|$)|viewstate|captcha
    """,
    re.VERBOSE | re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_CARD_SHAPE = re.compile(r"(?<![\d+])[2-6](?:[ .-]?\d){12,18}(?!\d)")  # a plus begins a phone number
# The lengths that each kind of card has, so that most other long numbers are none (ISO/IEC 7812).
_CARD_DIGITS = re.compile(r"4\d{12}(?:\d{3}){0,2}|5\d{15}|2[2-7]\d{14}|3[0-8]\d{12,17}|6\d{15,18}")
_SSN_SHAPE = re.compile(r"(?<![\d-])(?!000|666|9\d\d)\d{3}[- ](?!00)\d{2}[- ](?!0000)\d{4}(?![\d-])")
_IBAN_SHAPE = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b")


def is_secret_name(name: str) -> bool:
    """Return whether a field of this name may hold a secret."""
    return _SECRET_NAME.search(_CAMEL.sub("_", name)) is not None


def is_secret_value(value: str) -> bool:
    """Return whether a value has a card number (Luhn), a social security number or an IBAN in it."""
    if _DIGIT.search(value) is None:
        return False
    if _SSN_SHAPE.search(value) or any(_is_iban(match.group()) for match in _IBAN_SHAPE.finditer(value)):
        return True
    return any(_is_card(re.sub(r"\D", "", match.group())) for match in _CARD_SHAPE.finditer(value))


def _is_iban(text: str) -> bool:
    """Check an account number's check digits (ISO 13616)."""
    compact = text.replace(" ", "")
    return int("".join(str(int(char, 36)) for char in compact[4:] + compact[:4])) % 97 == 1


def _is_card(digits: str) -> bool:
    return _CARD_DIGITS.fullmatch(digits) is not None and _is_luhn(digits)


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
