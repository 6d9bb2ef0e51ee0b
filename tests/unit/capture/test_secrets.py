import pytest

from stacklead.capture.secrets import is_secret_name, is_secret_value

SECRET_NAMES = """
password Password user_pass pass pass2 new_pass userPass passwd pwd userPwd psw pword passwort kennwort contraseña
wachtwoord mot_de_passe mdp senha пароль 密码 パスワード password_confirmation CustomFields[password] user[password]
passphrase
pin PIN userPin pin_code pinCode cardNumber card_number cardno cc_num ccNumber cc-number cc-exp cc-csc cvc cvv2 csc
cardCvc security_code credit_card cardHolder otp otpCode one_time_code one-time-password verificationCode auth_code
sms_code ssn SSN socialSecurityNumber nino sin tax_id taxId passport passportNo driversLicense iban bic swift
routing_number account_number bankAccount sort_code csrf_token _csrf csrfmiddlewaretoken authenticity_token
__RequestVerificationToken _wpnonce nonce apiKey api_key secret clientSecret access_token auth_token refreshToken
session_id PHPSESSID jwt g-recaptcha-response h-captcha-response __VIEWSTATE securityAnswer security_question
"""

HARMLESS_NAMES = """
compass spinning company pinterest size message CustomFields[2] opinion shopping passengers bypass hobby phone
shipping account_manager account tandem nickname position topic business secretary secretariat tax postcard cardiology
embassy compassion season_pass pass_type plan zip postcode promo_code coupon code country_code area_code cid source
gclid businessCard address2 social driver license budget rating routing onetime_donation description tell_us
"""


@pytest.mark.parametrize("name", SECRET_NAMES.split())
def test_name_of_a_secret_is_known(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", HARMLESS_NAMES.split())
def test_harmless_name_is_left_alone(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    "value",
    [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111.1111.1111.1111",
        "my card is 4111111111111111, thanks",
        "378282246310005",
        "5555555555554444",
        "2223003122003222",
        "6011111111111117",
        "30569309025904",
        "123-45-6789",
        "my ssn: 123 45 6789",
        "DE89 3704 0044 0532 0130 00",
        "GB29NWBK60161331926819",
        "NO9386011117947",
    ],
)
def test_value_with_a_secret_in_it_is_known(value: str) -> None:
    assert is_secret_value(value)


@pytest.mark.parametrize(
    "value",
    [
        "Hello there",
        "303-555-0142",
        "+1 303 555 0142",
        "+49 (0)89 1234 5678 901",
        "+4915112345678",
        "+411111111111111",
        "0049 1512 3456 7890",
        "1401825429000",
        "2026-11-23 12:00:00",
        "4111111111111112",
        "5000000000000000000",
        "4444444444444444",
        "US12345678901234",
        "AB12 XYZW 1234 5678",
        "192.168.100.100",
        "1-10",
        "000-12-3456",
    ],
)
def test_harmless_value_is_left_alone(value: str) -> None:
    assert not is_secret_value(value)
