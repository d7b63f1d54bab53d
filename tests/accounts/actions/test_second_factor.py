"""The second factor: proved once, never reused, forgotten whole."""

import pytest
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex

from accounts.actions import second_factor
from opsdesk.core.errors import InvalidData, NotAllowed
from opsdesk.models import AuditEntry
from tests import factories
from tests.factories import NOW
from tests.pages.signing import code_of

pytestmark = pytest.mark.django_db
WRONG = "This code is wrong or was used before. Wait for the next one of your app."


def with_factor():
    """A sign-in with a second factor whose present code was used, its key and its codes."""
    user, key = factories.user(), random_hex(20)
    codes = second_factor.set_up(user, key, code_of(key), at=NOW)
    return user, key, codes


def trail():
    return list(AuditEntry.objects.order_by("id").values_list("verb", flat=True))


def stored():
    devices = TOTPDevice.objects.values_list("user", "key", "confirmed")
    return list(devices), StaticToken.objects.count()


def test_setting_up_confirms_the_app_and_gives_ten_recovery_codes():
    user, key, codes = with_factor()

    assert stored() == ([(user.pk, key, True)], 10)
    assert len(set(codes)) == 10
    assert {len(code) for code in codes} == {11}
    assert trail() == ["second factor set up"]


def test_recovery_codes_are_stored_as_digests():
    _user, _key, codes = with_factor()

    kept = set(StaticToken.objects.values_list("token", flat=True))

    assert kept & {code.replace("-", "") for code in codes} == set()
    assert {len(token) for token in kept} == {16}


@pytest.mark.parametrize("code", ["", "abc", "1234567", "000000 ", "abcde-fghij"])
def test_without_the_right_code_nothing_is_set_up(code):
    user, key = factories.user(), random_hex(20)
    code = "000000" if code_of(key) != "000000" and "0" in code else code

    with pytest.raises(InvalidData) as refused:
        second_factor.set_up(user, key, code, at=NOW)

    assert (refused.value.field, refused.value.message) == ("code", WRONG)
    assert stored() == ([], 0)
    assert trail() == []


def test_replacing_needs_a_code_of_the_old_app():
    user, old, codes = with_factor()
    new = random_hex(20)

    with pytest.raises(InvalidData) as refused:
        second_factor.set_up(user, new, code_of(new), at=NOW)

    assert refused.value.field == "old_code"
    assert stored() == ([(user.pk, old, True)], 10)
    second_factor.set_up(user, new, code_of(new), old_code=codes[0], at=NOW)
    assert stored() == ([(user.pk, new, True)], 10)
    assert StaticDevice.objects.count() == 1
    assert trail() == ["second factor set up", "recovery code used", "second factor replaced"]


def test_the_code_of_the_set_up_does_not_sign_in():
    user, key, _codes = with_factor()

    with pytest.raises(InvalidData):
        second_factor.show_code(user, code_of(key), at=NOW)

    assert trail()[-1] == "second factor refused"


def test_a_code_counts_once_in_whatever_width_it_is_typed():
    user, key, _codes = with_factor()
    code = code_of(key, steps=1)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)

    device = second_factor.show_code(user, f" {wide[:3]} {wide[3:]}", at=NOW)

    assert device.key == key
    with pytest.raises(InvalidData):
        second_factor.show_code(user, code, at=NOW)
    assert trail()[1:] == ["second factor shown", "second factor refused"]


def test_a_recovery_code_counts_once():
    user, _key, codes = with_factor()

    second_factor.show_code(user, codes[3].upper(), at=NOW)

    assert StaticToken.objects.count() == 9
    with pytest.raises(InvalidData):
        second_factor.show_code(user, codes[3], at=NOW)
    assert StaticToken.objects.count() == 9
    assert trail()[1:] == ["recovery code used", "second factor refused"]


def test_nobody_shows_the_code_of_somebody_else():
    _user, key, codes = with_factor()
    other, _key, _codes = with_factor()

    for code in (code_of(key, steps=1), codes[0]):
        with pytest.raises(InvalidData):
            second_factor.show_code(other, code, at=NOW)

    assert StaticToken.objects.count() == 20


def test_after_wrong_codes_even_the_right_one_waits():
    user, key, _codes = with_factor()
    wrong = "000000" if code_of(key, steps=1) != "000000" else "111111"
    with pytest.raises(InvalidData):
        second_factor.show_code(user, wrong, at=NOW)
    TOTPDevice.objects.update(throttling_failure_count=9)

    with pytest.raises(NotAllowed) as refused:
        second_factor.show_code(user, code_of(key, steps=1), at=NOW)

    assert refused.value.message.startswith("Too many wrong codes. Try again in ")
    # what is not even looked at fills no trail
    assert trail() == ["second factor set up", "second factor refused"]


def test_new_recovery_codes_replace_the_old_ones():
    user, key, codes = with_factor()

    made = second_factor.new_recovery_codes(user, code_of(key, steps=1), at=NOW)

    assert len(set(made) - set(codes)) == 10
    assert StaticToken.objects.count() == 10
    with pytest.raises(InvalidData):
        second_factor.show_code(user, codes[0], at=NOW)


def test_a_second_factor_is_removed_with_a_code_where_the_rights_allow_it():
    user, key, _codes = with_factor()

    with pytest.raises(NotAllowed):
        second_factor.remove_second_factor(user, code_of(key, steps=1), required=True, at=NOW)
    with pytest.raises(InvalidData):
        second_factor.remove_second_factor(user, "nonsense", required=False, at=NOW)
    assert stored() == ([(user.pk, key, True)], 10)
    second_factor.remove_second_factor(user, code_of(key, steps=1), required=False, at=NOW)

    assert stored() == ([], 0)
    assert trail()[-1] == "second factor removed"


def test_forgetting_takes_everything_and_ends_the_sessions():
    user, _key, _codes = with_factor()
    admin = factories.user("admin")

    done = second_factor.forget_devices(user, by=admin, at=NOW)

    user.refresh_from_db()
    assert (done, stored(), user.session_version) == (True, ([], 0), 1)
    assert (trail()[-1], AuditEntry.objects.first().actor) == ("second factor forgotten", admin)


def test_nothing_to_forget_is_said_and_not_noted():
    user = factories.user()

    assert second_factor.forget_devices(user, by=factories.user(), at=NOW) is False
    assert trail() == []


def test_no_secret_is_in_the_trail():
    user, key, codes = with_factor()
    second_factor.show_code(user, codes[0], at=NOW)

    written = "".join(str(row) for row in AuditEntry.objects.values())

    assert [secret for secret in (key, codes[0], codes[0][:5]) if secret in written] == []
