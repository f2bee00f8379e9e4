"""The stand-in's keys: made once, kept, never live."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from app.errors import InvalidValue
from app.sandbox.keys import load_or_create_keys


def test_keys_are_made_once_and_only_their_owner_may_read_them(tmp_path: Path) -> None:
    first = load_or_create_keys(tmp_path / "sandbox")
    path = tmp_path / "sandbox" / "keys.json"
    assert first.secret_key.startswith("sk_test_")
    assert first.webhook_secret.startswith("whsec_")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_or_create_keys(tmp_path / "sandbox") == first
    assert list(path.parent.iterdir()) == [path]


def test_given_keys_win_and_are_kept(tmp_path: Path) -> None:
    load_or_create_keys(tmp_path)
    given = load_or_create_keys(tmp_path, "sk_test_given", "whsec_given_by_hand,whsec_old_one_of_these")
    assert (given.secret_key, given.webhook_secret) == ("sk_test_given", "whsec_given_by_hand")
    assert json.loads((tmp_path / "keys.json").read_text())["secret_key"] == "sk_test_given"
    assert load_or_create_keys(tmp_path) == given


@pytest.mark.parametrize("key", ["sk_live_1234567890", "rk_live_1234567890", "pk_test_1", "nonsense"])
def test_a_key_that_is_not_for_tests_is_refused_and_not_kept(tmp_path: Path, key: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        load_or_create_keys(tmp_path, key)
    assert "1234567890" not in str(refused.value)
    assert not (tmp_path / "keys.json").exists()
