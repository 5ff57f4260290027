from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class ConsortiumConfig(AppConfig):
    name = "consortium"
    verbose_name = _("Consortium")

    def ready(self) -> None:
        autodiscover_modules(
            "accounts", "second_factor", "personal_data", "inbox", "health", "joint_works", "member_parts", "zone_cards"
        )
