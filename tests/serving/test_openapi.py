"""Whatever a client sends, within what the API says of itself or beyond it, no answer is a fault of the server."""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig

from asking import handed_in, photo, serving
from limner.serving.app import create_app
from limner.serving.runner import Runner
from limner.serving.settings import Settings

FEW = GenerationConfig(max_examples=4, deterministic=True)
CONFIG = SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig(generation=FEW)))
HERE = {"host": "localhost"}
ENDLESS = "/v1/events"
HOME = Path(tempfile.mkdtemp())
"""Of the server that is asked for its schema before there are any tests."""
atexit.register(shutil.rmtree, HOME, ignore_errors=True)


class Late:
    """The app of the server that runs by the time that it is asked."""

    app = create_app(Settings((), HOME))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":  # it runs already, and must not be begun and ended with each request
            for step in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{step}.complete"})
        else:
            await self.app(scope, receive, send)


LATE = Late()
API = schemathesis.openapi.from_asgi("/openapi.json", LATE, config=CONFIG, headers=HERE).exclude(path=ENDLESS)


@pytest.fixture(scope="module")
def known(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Names that a server knows, which queues jobs and does none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Runner, "_work", lambda _: None)
        with serving(models, tmp_path_factory.mktemp("home")) as client:
            LATE.app = client.app  # type: ignore[assignment]
            client.app.state.warm_up.done.wait(60)
            yield {"model": "gan", "picture": handed_in(client, photo(16, 16)), "data": "flowers", "frames": 2}


@API.parametrize()
def test_no_answer_is_a_fault_of_the_server(case: Any, known: dict[str, Any]) -> None:
    case.call_and_validate(checks=[not_a_server_error], headers=HERE)
    for part in (case.path_parameters, case.body):
        if isinstance(part, dict):  # the same of what is there, so that more is asked than for its name
            part.update({name: value for name, value in known.items() if name in part})
    case.call_and_validate(checks=[not_a_server_error], headers=HERE)
