from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import override_settings
from PIL import Image
from pypdfium2 import PdfDocument

from .world import build


@pytest.fixture(scope="session")
def kept_media(tmp_path_factory):
    return tmp_path_factory.mktemp("media")


@pytest.fixture(autouse=True)
def own_media(settings, kept_media):
    """The files of the world outlive a test, as its rows do."""
    settings.MEDIA_ROOT = kept_media


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, kept_media):
    """Built once for all tests of a module, and undone after them; each request is undone at once."""
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=kept_media), transaction.atomic():
        yield build({"picture": picture(), "document": document()})
        transaction.set_rollback(True)


def picture() -> ContentFile:
    data = BytesIO()
    Image.new("RGB", (8, 8)).save(data, "PNG")
    return ContentFile(data.getvalue(), name="picture.png")


def document() -> ContentFile:
    data = BytesIO()
    paper = PdfDocument.new()
    paper.new_page(100, 100)
    paper.save(data)
    return ContentFile(data.getvalue(), name="document.pdf")
