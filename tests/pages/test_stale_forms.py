"""The notice of a form that somebody else overtook, as people see it."""

import pytest
from django.conf import settings
from django.urls import reverse

from catalog.models import Category
from tests.pages.test_browser import (  # noqa: F401
    DESKTOP,
    PHONE,
    axe,
    browser,
    company,
    visit,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_notice_shows_both_versions(company, visit, size, dark, language):  # noqa: F811
    toys = Category.objects.create(code="toys", name="Toys")
    desk = visit("boss", size=size, dark=dark)
    cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": desk.server}
    desk.context.add_cookies([cookie])
    desk.go(reverse("admin:catalog_category_change", args=[toys.pk]))
    Category.objects.filter(pk=toys.pk).update(name="Games")
    desk.page.fill("#id_name", "Puzzles and a name as long as names of categories may well become")

    desk.page.click("[name=_save] >> visible=true")

    notice = desk.page.wait_for_selector(".conflict")
    assert "Games" in notice.inner_text()
    assert "Puzzles" in notice.inner_text()
    assert desk.overflow() <= 0
    found = axe.Axe().run(desk.page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []

    desk.page.click("[name=_save] >> visible=true")

    desk.page.wait_for_selector("#result_list")
    assert Category.objects.get().name.startswith("Puzzles")
