"""What is stylised: a picture, a folder of them, or a film, and where it goes."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from limner.errors import UsageError
from limner.pictures import WALKS, WRITTEN, each_picture, save_walk
from limner.progress import ProgressLine
from limner.style import video
from limner.style.flatness import check_mask, check_strokes
from limner.style.looks.request import LookRequest, LookStylizer
from limner.style.request import Stylization
from limner.style.resizing import shrunk
from limner.style.saving import AnyStylizer, save_stylized


def carry_out(
    request: Stylization | LookRequest, content: Path, out: Path, anonymous: bool = False, strip: bool = False
) -> list[str]:
    """Stylises a picture, every picture of a folder, or a film into `out`; returns a line for each file that was left out,
    and for what is likely not meant.

    Anonymous pictures name what was read by digests alone; stripped ones go without the metadata of their author. UsageError where
    `out` is the content or does not suit it; PictureError for what cannot be read; nothing is half-written.
    """
    if out.resolve() == content.resolve():
        raise UsageError(f"{out} is the content itself; give another name.")
    film = content.suffix.lower() in video.SUFFIXES and out.suffix.lower() in WALKS
    if not (content.is_dir() or film or out.suffix.lower() in WRITTEN):
        raise UsageError(
            f"cannot write {out.name}: end its name in {', '.join(WRITTEN)}, or of a film in {' or '.join(WALKS)}."
        )
    warnings = check_mask(request) + ([] if isinstance(request, LookRequest) else check_strokes(request))
    stylizer = _stylizer(request, quiet=content.is_dir() or film)  # progress is shown of them all
    if content.is_dir():
        return warnings + each_picture(
            content, out, "stylising", lambda path, file: save_stylized(stylizer, path, file, anonymous, strip)
        )
    if film:
        _film(stylizer, content, out, anonymous)
    else:
        save_stylized(stylizer, content, out, anonymous, strip)
    return warnings


def _stylizer(request: Stylization | LookRequest, quiet: bool) -> AnyStylizer:
    if isinstance(request, LookRequest):
        return LookStylizer(request)
    from limner.style.stylization import Stylizer  # which needs PyTorch, as a look does not

    return Stylizer(request, quiet=quiet)


def _film(stylizer: AnyStylizer, content: Path, out: Path, anonymous: bool) -> None:
    rate, frames = video.read_frames(content)
    shown = (shrunk(np.ascontiguousarray(frame), stylizer.request.size) for frame in frames)
    with ProgressLine("stylising", None, "frames") as bar:

        def apply_style(frame: np.ndarray, expected: np.ndarray | None) -> np.ndarray:
            bar.advance()
            return stylizer.stylize(frame, expected)

        if isinstance(stylizer, LookStylizer):
            # lines that are carried along would become grey
            made: Iterator[np.ndarray] = (apply_style(frame, None) for frame in shown)
        else:
            made = video.stylized(shown, apply_style)
        save_walk(made, out, max(1, round(rate)), stylizer.provenance(content, anonymous))
