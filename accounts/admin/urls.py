"""The addresses of sign-in that are of no noun."""

from django.urls import path

from accounts.admin import my_security, passwords, second_factor

urlpatterns = [
    path("second-factor/", second_factor.ask, name="second_factor"),
    path("second-factor/set-up/", second_factor.set_up_page, name="second_factor_set_up"),
    path("my-security/", my_security.overview, name="my_security"),
    path("my-security/codes/", my_security.new_codes, name="my_security_codes"),
    path("my-security/remove/", my_security.remove, name="my_security_remove"),
    path("my-security/sign-out/", my_security.sign_out, name="my_security_sign_out"),
    # in place of Django's own, under its address
    path("password_change/", passwords.own_password, name="own_password"),
]
