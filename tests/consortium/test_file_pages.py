"""Files of a record: as they are downloaded, previewed, and shown on the record's page."""

import io
import os
from datetime import date
from urllib.parse import quote

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from PIL import Image

from consortium import filestore, pictures
from consortium.models import Attachment
from consortium.services.files import remove
from zones.models import InnovationClass, Project

from . import files
from .attachments import get, said, url


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"
    with override("en"):
        yield


# --- reading ----------------------------------------------------------------------------------------------------------
def test_a_download_is_never_run_by_the_browser(hand_in, client_for, partner):
    attachment = hand_in(name="会议 通知“七月”.pdf")
    answer = get(client_for(partner), url("download", attachment.pk))
    assert answer.body == files.pdf()
    assert {
        name: answer.headers[name]
        for name in ("Content-Type", "X-Content-Type-Options", "Content-Security-Policy", "Content-Disposition")
    } == {
        "Content-Type": "application/pdf",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox",
        "Content-Disposition": f"attachment; filename*=utf-8''{quote('会议 通知“七月”.pdf')}",
    }


def test_a_download_is_read_only(hand_in, client_for, partner):
    client, attachment = client_for(partner), hand_in()
    assert client.post(url("download", attachment.pk)).status_code == 405


def test_files_lie_where_no_address_leads(hand_in, client_for, college_admin, settings):
    attachment = hand_in()
    path = filestore.path_of(attachment.sha256)
    client = client_for(college_admin)
    below = path.relative_to(settings.MEDIA_ROOT).as_posix()
    for prefix in ("/media/", "/static/", "/", "/static/../media/", "/var/media/"):
        assert client.get(prefix + below).status_code == 404
    assert settings.MEDIA_URL == "/"  # Django's way to say that there is none
    assert finders.find(below) is None


def test_missing_bytes_are_said_in_a_sentence(hand_in, client_for, college_admin):
    attachment = hand_in()
    filestore.path_of(attachment.sha256).unlink()
    page = client_for(college_admin).get(url("download", attachment.pk), follow=True)
    assert said(page) == ["The bytes of this file are missing. Tell the operator of the system."]


def picture_in(answer) -> Image.Image:
    return Image.open(io.BytesIO(answer.body))


def test_a_thumbnail_is_small_upright_and_says_nothing_of_the_camera(hand_in, client_for, partner):
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "示例相机"  # turned by a quarter; the maker
    attachment = hand_in(files.picture("JPEG", size=(800, 400), exif=exif), "照片.jpg")
    client = client_for(partner)
    for _look in range(2):
        answer = get(client, url("thumbnail", attachment.pk))
        small = picture_in(answer)
        assert (small.format, small.size, dict(small.getexif())) == ("JPEG", (160, 320), {})
    assert answer.headers["Content-Security-Policy"] == "sandbox"
    again = get(client, url("thumbnail", attachment.pk), If_None_Match=answer.headers["ETag"])
    assert again.status_code == 304


def test_a_transparent_picture_lies_on_white(hand_in):
    data = io.BytesIO()
    Image.new("RGBA", (300, 300), (0, 0, 0, 0)).save(data, "PNG")
    path = pictures.picture_of(hand_in(data.getvalue(), "章.png"), width=pictures.THUMBNAIL)
    with Image.open(path) as small:
        assert small.getpixel((80, 80)) == (255, 255, 255)


def test_a_pdf_is_read_page_by_page_up_to_the_twentieth(hand_in, client_for, partner):
    attachment, client = hand_in(files.pdf(pages=23)), client_for(partner)
    pages = {
        asked: client.get(url("preview", attachment.pk) + f"?page={asked}") for asked in ("", "2", "999", "x", "²")
    }
    assert {asked: page.context["page"] for asked, page in pages.items()} == {"": 1, "2": 2, "999": 20, "x": 1, "²": 1}
    html = pages["2"].content.decode()
    assert html.count(f'src="{url("page", attachment.pk, 2)}"') == 1
    assert html.count("The first 20 of 23 pages are shown here.") == 1
    leaf = picture_in(get(client, url("page", attachment.pk, 2)))
    assert (leaf.format, leaf.width) == ("JPEG", 1240)
    assert get(client, url("page", attachment.pk, 20)).status_code == 200
    assert [client.get(url("page", attachment.pk, number)).status_code for number in (0, 21, 10**6)] == [404] * 3
    assert pages["2"].headers["Content-Security-Policy"].count("default-src 'self'") == 1


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7\n" + os.urandom(3000), files.pdf().replace(b"/Count 1", b"/Count x")[:150]]
)
def test_a_broken_pdf_says_that_it_cannot_be_shown(hand_in, client_for, partner, data):
    attachment = hand_in(data, "坏.pdf")
    page = client_for(partner).get(url("preview", attachment.pk))
    assert page.content.decode().count("This file cannot be shown here") == 1
    assert client_for(partner).get(url("page", attachment.pk, 1)).status_code == 404
    assert get(client_for(partner), url("download", attachment.pk)).body == data


def test_what_could_not_be_drawn_is_not_tried_at_every_look(hand_in):
    attachment = hand_in(b"%PDF-1.7 broken")
    assert pictures.pages_of(attachment) == 0
    mark = next(filestore.path_of(attachment.sha256).parent.glob("*.jpg"))
    before = mark.stat().st_mtime_ns
    assert pictures.pages_of(attachment) == 0
    assert mark.stat().st_mtime_ns == before
    os.utime(mark, (0, 0))
    assert pictures.pages_of(attachment) == 0
    assert mark.stat().st_mtime > 1_000_000


def test_a_file_that_never_ends_being_drawn_is_given_up(hand_in, monkeypatch):
    monkeypatch.setattr(pictures, "SECONDS", 0.01)
    attachment = hand_in()
    assert pictures.pages_of(attachment) == 0
    assert sorted(path.name.removeprefix(attachment.sha256) for path in filestore.root().glob("??/*")) == [
        "",
        ".1240.1.jpg",
    ]


def test_a_text_has_no_preview(hand_in, client_for, partner):
    attachment = hand_in("会议记录".encode(), "记录.txt")
    assert client_for(partner).get(url("preview", attachment.pk)).status_code == 404
    assert attachment.get_absolute_url() == url("download", attachment.pk)


# --- pages ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def pages(zone, enterprise, milestone, college_admin, secretariat):
    """Every record that has files, who hands them in, and the page that shows them."""
    group = InnovationClass.objects.create(zone=zone, code="cnc2501", name="数控2501班", year=2025, places=2)
    project = Project.objects.create(
        zone=zone, enterprise=enterprise, code="p", name="项目", starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31)
    )
    own = [(owner, college_admin, owner.get_absolute_url()) for owner in (group, project, milestone)]
    records = reverse("zones:zone_records", args=[zone.pk])
    return [*own, (zone, college_admin, records), (enterprise, secretariat, enterprise.get_absolute_url())]


def test_every_record_shows_its_files_and_the_form_to_those_who_hand_in(pages, hand_in, client_for, auditor):
    for owner, writer, page in pages:
        attachment = hand_in(owner=owner, by=writer, note="示例备注")
        for reader, forms in ((writer, 2), (auditor, 0)):
            html = client_for(reader).get(page).content.decode()
            assert html.count(f'href="{attachment.get_absolute_url()}"') == 1
            assert html.count("示例备注") == 1
            assert html.count(url("create", owner._meta.label_lower, owner.pk)) == forms


def test_the_files_of_a_page_cost_one_query_however_many(pages, hand_in, client_for):
    def about_files(client, address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return sum("consortium_attachment" in query["sql"] for query in queries)

    for owner, writer, address in pages:
        page = client_for(writer), address
        hand_in(files.pdf(1), owner=owner, by=writer)
        once = about_files(*page)
        gone = hand_in(files.pdf(2), owner=owner, by=writer)
        hand_in(files.pdf(3), owner=owner, by=writer)
        remove(gone, by=writer, now=timezone.now())
        assert (once, about_files(*page)) == (1, 1)


def test_one_file_is_found_by_asking_only_its_own_kind_of_record(
    hand_in, zone, partner, rival_partner, django_assert_num_queries
):
    attachment = hand_in()
    assert partner.affiliation and rival_partner.affiliation  # read beforehand
    with django_assert_num_queries(2):
        assert Attachment.objects.visible_to(partner, pk=attachment.pk).get() == attachment
    assert Attachment.objects.visible_to(partner).get() == attachment
    for rows in (
        Attachment.objects.visible_to(rival_partner, pk=attachment.pk),
        Attachment.objects.visible_to(rival_partner),
    ):
        assert list(rows) == []
    assert list(Attachment.objects.visible_to(partner, pk=99_999)) == []
