"""What ``manage.py check --deploy`` says of the desk itself."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register


@register(Tags.security, deploy=True)
def scripts_without_eval(**options: Any) -> list[CheckMessage]:
    """Warn where the pages need eval, because the scripts that do without are not there."""
    if settings.STRICT_SCRIPTS:
        return []
    sentence = "The content security policy lets scripts use eval."
    hint = "Run `make scripts` (it needs npm), then `manage.py collectstatic`."
    return [Warning(sentence, hint=hint, id="opsdesk.W001")]
