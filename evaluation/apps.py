from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class EvaluationConfig(AppConfig):
    name = "evaluation"
    verbose_name = _("Evaluation")

    def ready(self) -> None:
        from . import guard

        pre_migrate.connect(guard.before_migrating, sender=self)
        post_migrate.connect(guard.after_migrating, sender=self)
