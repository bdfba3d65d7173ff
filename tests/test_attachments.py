"""What can be sent along with a message."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgpt_tui import attachments
from localgpt_tui.attachments import AttachmentError, attach, attach_text, mention, mentioned, paste_name, size_words

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32


def test_a_text_goes_along_by_its_content(tmp_path):
    (tmp_path / "notes.md").write_text("short TTL\n")
    attachment = attach("notes.md", folder=tmp_path)
    assert (attachment.name, attachment.media_type, attachment.data) == ("notes.md", "text/plain", b"short TTL\n")


@pytest.mark.parametrize(
    ("start", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0 JFIF", "image/jpeg"),
        (b"GIF89a....", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
    ],
)
def test_an_image_is_known_by_its_bytes_not_its_name(tmp_path, start, media_type):
    (tmp_path / "picture.txt").write_bytes(start)
    assert attach("picture.txt", folder=tmp_path).media_type == media_type


def test_a_sound_that_begins_like_webp_is_refused(tmp_path):
    (tmp_path / "song.wav").write_bytes(b"RIFF\x00\x00\x00\x00WAVEfmt ")
    with pytest.raises(AttachmentError, match=r"song\.wav cannot be sent along: it is neither text nor"):
        attach("song.wav", folder=tmp_path)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "there cannot be read: No such file"),
        (lambda path: path.mkdir(), "there is a folder"),
        (os.mkfifo, "there is not an ordinary file"),
        (lambda path: path.write_bytes(b"%PDF-1.7\0\0"), "neither text nor"),
    ],
    ids=["missing", "folder", "pipe", "binary"],
)
def test_what_cannot_be_sent_is_refused_in_words(tmp_path, make, words):
    make(tmp_path / "there")
    with pytest.raises(AttachmentError, match=words):
        attach("there", folder=tmp_path)


def test_an_image_that_no_vendor_takes_is_refused(tmp_path):
    (tmp_path / "big.png").write_bytes(PNG + b"\0" * attachments.LARGEST_IMAGE)
    with pytest.raises(AttachmentError, match=r"more than 5\.0 MB"):
        attach("big.png", folder=tmp_path)


def test_ten_megabytes_of_text_go_along_and_far_more_do_not():
    assert len(attach_text("x" * 10_000_000, "paste-1.txt").data) == 10_000_000
    with pytest.raises(AttachmentError, match=r"paste-1\.txt is longer"):
        attach_text("x" * (attachments.LARGEST_TEXT + 1), "paste-1.txt")


def test_a_path_may_begin_with_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "todo").write_text("milk")
    assert attach("~/todo", folder=tmp_path / "elsewhere").data == b"milk"


def test_paths_after_an_at_sign_are_found_in_a_sentence(tmp_path):
    (tmp_path / "a.py").write_text("")
    (tmp_path / "my notes.md").write_text("")
    (tmp_path / "odd.").write_text("")
    text = 'compare @a.py, and (not me@a.py) with @"my notes.md"; @missing @odd. @a.py'
    assert mentioned(text, folder=tmp_path) == ["a.py", "my notes.md", "odd."]


@given(st.text(st.characters(exclude_characters='/"\n\0', exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_a_file_that_is_mentioned_is_found_again_whatever_its_name(tmp_path_factory, name):
    folder = tmp_path_factory.mktemp("any")
    try:
        (folder / name).write_text("here")
    except OSError:
        return  # the system takes no such name
    if name == "~" or not (folder / name).is_file():
        return  # the home folder; `.` and `..`
    assert mentioned(f"see {mention(name)} please", folder=folder) == [name]


@given(st.sets(st.integers(1, 30)))
def test_a_paste_gets_a_name_of_its_own(taken):
    names = {f"paste-{number}.txt" for number in taken}
    assert paste_name(names) not in names


@given(st.text())
def test_any_sentence_can_be_searched_for_paths(text):
    assert mentioned(text, folder=attachments.Path("/nowhere")) == [] or "@" in text


def test_sizes_are_written_for_people():
    assert [size_words(size) for size in (0, 1023, 70 * 1024, 1536 * 1024)] == ["0 B", "1023 B", "70 kB", "1.5 MB"]
