"""The demonstration from drawing to its page, and again from where it was left."""

from pathlib import Path

import pytest

from limner import demo


@pytest.mark.slow
def test_the_demonstration_leaves_a_page_on_which_everything_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "PICTURES", 200)
    page = demo.demo(tmp_path, minutes=0.1)
    html = page.read_text()
    assert html.count("<svg") == len(demo.MINUTES)
    assert "nothing to show" not in html
    for name in ("samples.png", "walk.gif", "gan/model/config.json", "vae/model/config.json"):
        assert (tmp_path / name).is_file()
    weights = tmp_path / "gan" / "model" / "model.safetensors"
    written = weights.stat().st_mtime_ns
    demo.demo(tmp_path, minutes=0.1)
    assert weights.stat().st_mtime_ns == written
